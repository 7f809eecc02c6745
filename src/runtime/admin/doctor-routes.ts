import { z } from 'zod';
import { nodeIdSchema } from '../../engine/words/handler.ts';
import { upTo } from '../../engine/words/lengths.ts';
import type { Doctor } from '../doctor/doctor.ts';
import type { Routes } from './routes.ts';

const reachSchema = z.strictObject({
  handlers: z
    .array(nodeIdSchema, { error: 'must be a list of ids of handlers' })
    .refine(upTo(500), 'must name 500 at most')
    .optional(),
});

/** What is wrong with the set-up, or will be, and what to do about it. */
export function doctorRoutes(routes: Routes, doctor: Doctor): void {
  routes.get('/doctor', () => doctor.examine());

  // It writes to nobody; but who may only read must not have this machine connect to others.
  routes.act('/doctor', 'reach-targets', async (request) => {
    const { handlers } = await request.body(reachSchema);
    return handlers ? doctor.reach(handlers) : doctor.examineAndReach();
  });
}
