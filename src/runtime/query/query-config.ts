import { z } from 'zod';
import { withoutAbsent } from '../../engine/words/absent.ts';
import { grants, operationNames } from '../../engine/words/operation.ts';
import { parse } from '../../engine/words/parse.ts';

const grantList = `must be a list of ${grants.join(', ')}`;

const querySchema = z.object({
  /** Absent: what `msg.operation` says. */
  operation: z
    .enum(operationNames, {
      error: `must be one of ${operationNames.join(', ')}, or empty for msg.operation`,
    })
    .optional(),
  /** Answers with an array of flat rows. */
  flat: z.boolean({ error: 'must be true or false' }).default(false),
  /** What it may change. */
  grants: z.array(z.enum(grants, { error: grantList }), { error: grantList }).default([]),
});
export type QueryConfig = z.infer<typeof querySchema>;

/** What a query node asks, and may do. @throws InvalidInput naming the property */
export function queryConfigOf(saved: { readonly id: string; readonly name?: string }): QueryConfig {
  return parse(`query node "${saved.name || saved.id}"`, querySchema, withoutAbsent({ ...saved }));
}
