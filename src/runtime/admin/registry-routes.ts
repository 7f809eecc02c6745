import { z } from 'zod';
import type { Engine } from '../../engine/engine.ts';
import type { RegistryRow } from '../../engine/words/answers.ts';
import { Unavailable } from '../../engine/words/errors.ts';
import type { Provisioning } from '../provisioning.ts';
import type { Routes } from './routes.ts';
import { switchingFields } from './switching-fields.ts';

const holdSchema = z
  .strictObject({
    status: z.enum(['enabled', 'held'], { error: 'must be enabled or held' }),
    ...switchingFields,
  })
  .refine(({ status, until }) => status === 'held' || until == null, {
    path: ['until'],
    error: 'is for a hold only: leave it out',
  });

const nothing = { handlers: 0, backlog: 0, running: 0, parked: 0, unresolved: 0 };

export function registryRoutes(routes: Routes, provisioning: Provisioning): void {
  routes.get('/registries', async (): Promise<RegistryRow[]> => {
    const deployed = await Promise.all(provisioning.engines().map((engine) => rowOf(engine, provisioning)));
    const refused = provisioning.refusedRegistries().map(({ id, name, problem }) => ({
      id,
      name,
      state: 'error' as const,
      ...nothing,
      error: problem,
    }));
    const known = new Set([...deployed, ...refused].map(({ id }) => id));
    const orphans = (await provisioning.storedRegistries())
      .filter((id) => !known.has(id))
      .map((id) => ({ id, name: '', state: 'orphaned' as const, ...nothing }));
    return [...deployed, ...refused, ...orphans];
  });

  routes.patch('/registries/:registry', async (request): Promise<RegistryRow> => {
    const engine = request.engine();
    const { status, reason, until } = await request.body(holdSchema);
    const operator = await engine.operator();
    if (status === 'enabled') await operator.release();
    else await operator.hold({ by: request.user, reason: reason || null, until: until ?? null });
    return rowOf(engine, provisioning);
  });

  routes.get('/registries/:registry/catalogue', (request) => ({
    items: request.engine().catalogue.types.map(({ object: _, ...shown }) => shown),
  }));
}

async function rowOf(engine: Engine, provisioning: Provisioning): Promise<RegistryRow> {
  const counts = await countsOf(engine);
  const problems = [engine.problem.text, refusalOf(provisioning.handlers.problemsOf(engine.id))].filter(
    (one) => one !== null,
  );
  return {
    id: engine.id,
    name: engine.config.name,
    state: engine.state,
    ...counts,
    ...(engine.hold && { override: engine.hold }),
    ...(problems.length > 0 && { error: problems.join('\n') }),
  };
}

function refusalOf(problems: readonly string[]): string | null {
  if (problems.length === 0) return null;
  const which = problems.length === 1 ? '1 handler is' : `${problems.length} handlers are`;
  return `${which} not in force: ${problems.join('; ')}`;
}

async function countsOf(engine: Engine): Promise<typeof nothing> {
  // One journal that takes its time to open must not hold up the list.
  if (engine.state === 'starting') return nothing;
  try {
    const handlers = await engine.handlers();
    const { waiting, running, parked, unresolved } = await (await engine.log()).counts();
    return { handlers: handlers.length, backlog: waiting, running, parked, unresolved };
  } catch (error) {
    if (error instanceof Unavailable) return nothing;
    throw error;
  }
}
