import { z } from 'zod';
import type { Engine } from '../../engine/engine.ts';
import type { RegistryRow } from '../../engine/words/admin-answers.ts';
import { Unavailable } from '../../engine/words/errors.ts';
import { parse } from '../../engine/words/parse.ts';
import { operation, type Scope } from './operation.ts';
import { switchingColumns, switchingFields } from './switching-fields.ts';

const holdSchema = z.strictObject(switchingFields);
const statusSchema = holdSchema
  .extend({ status: z.enum(['enabled', 'held'], { error: 'must be enabled or held' }) })
  .refine(({ status, until }) => status === 'held' || until == null, {
    path: ['until'],
    error: 'is for a hold only: leave it out',
  });
type Status = z.output<typeof statusSchema>;

const columns = [
  ...['id', 'name', 'state', 'handlers', 'backlog', 'running', 'parked', 'unresolved'],
  ...switchingColumns,
  'error',
];

/** The registry itself, and how it is. */
export const registry = operation({ columns, run: registryRow });

/** Holds the registry as a whole, or releases it. */
export const switchRegistry = operation({
  columns,
  parse: (given) => parse('body', statusSchema, given),
  run: switchTo,
});
export const hold = operation({
  columns,
  parse: (given) => parse('body', holdSchema, given),
  run: (scope, fields) => switchTo(scope, { status: 'held', ...fields }),
});
export const release = operation({ columns, run: (scope) => switchTo(scope, { status: 'enabled' }) });

export const catalogue = operation({
  columns: ['id', 'group', 'title'],
  run: async ({ engine }) => ({ items: engine.catalogue.types.map(({ object: _, ...shown }) => shown) }),
});

async function switchTo(scope: Scope, { status, reason, until }: Status): Promise<RegistryRow> {
  const operator = await scope.engine.operator();
  if (status === 'enabled') await operator.release();
  else await operator.hold({ by: scope.by, reason: reason || null, until: until ?? null });
  return registryRow(scope);
}

/** A registry that is deployed and in force. */
export async function registryRow({
  engine,
  provisioning,
}: Pick<Scope, 'engine' | 'provisioning'>): Promise<RegistryRow> {
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

/** What is counted of a registry whose journal is not open. */
export const noCounts = { handlers: 0, backlog: 0, running: 0, parked: 0, unresolved: 0 };

async function countsOf(engine: Engine): Promise<typeof noCounts> {
  // One journal that takes its time to open must not hold up the list.
  if (engine.state === 'starting') return noCounts;
  try {
    const handlers = await engine.handlers();
    const { waiting, running, parked, unresolved } = await (await engine.log()).counts();
    return { handlers: handlers.length, backlog: waiting, running, parked, unresolved };
  } catch (error) {
    if (error instanceof Unavailable) return noCounts;
    throw error;
  }
}
