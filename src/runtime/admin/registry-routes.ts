import type { Engine } from '../../engine/engine.ts';
import type { RegistryRow } from '../../engine/words/answers.ts';
import { Unavailable } from '../../engine/words/errors.ts';
import type { Provisioning } from '../provisioning.ts';
import type { Routes } from './routes.ts';

const nothing = { handlers: 0, backlog: 0, running: 0, parked: 0, unresolved: 0 };

export function registryRoutes(routes: Routes, provisioning: Provisioning): void {
  routes.get('/registries', async (): Promise<RegistryRow[]> => {
    const deployed = await Promise.all(provisioning.engines().map((engine) => rowOf(engine, provisioning)));
    const refused = provisioning
      .refusedRegistries()
      .map(({ id, name, problem }) => ({ id, name, state: 'error' as const, ...nothing, error: problem }));
    const known = new Set([...deployed, ...refused].map(({ id }) => id));
    const orphans = (await provisioning.storedRegistries())
      .filter((id) => !known.has(id))
      .map((id) => ({ id, name: '', state: 'orphaned' as const, ...nothing }));
    return [...deployed, ...refused, ...orphans];
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
