import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, EngineState } from '../../engine/engine.ts';
import { NotFound, Unavailable } from '../../engine/words/errors.ts';
import { nodeIdSchema } from '../../engine/words/handler.ts';
import type { Provisioning } from '../provisioning.ts';
import type { AdminRequest, Routes } from './routes.ts';

interface RegistryView {
  readonly id: string;
  readonly name: string;
  readonly state: EngineState | 'orphaned';
  readonly handlers: number;
  /** Accepted events whose chain has not started. */
  readonly backlog: number;
  /** Executions. */
  readonly running: number;
  readonly parked: number;
  readonly error?: string;
}

const nothing = { handlers: 0, backlog: 0, running: 0, parked: 0 };

export function registryRoutes(routes: Routes, provisioning: Provisioning): void {
  routes.get('/registries', async () => {
    const deployed = await Promise.all(provisioning.engines().map((engine) => viewOf(engine, provisioning)));
    const refused = provisioning
      .refusedRegistries()
      .map(({ id, name, problem }) => ({ id, name, state: 'error' as const, ...nothing, error: problem }));
    const known = new Set([...deployed, ...refused].map(({ id }) => id));
    return [...deployed, ...refused, ...(await orphans(provisioning.dir(), known))];
  });

  routes.get('/registries/:registry/catalogue', (request) => ({
    items: engineOf(provisioning, request).catalogue.types.map(({ id, group, title, sample }) => ({
      id,
      group,
      title,
      sample,
    })),
  }));
}

/** @throws NotFound, or Unavailable when the registry is deployed but not in force */
export function engineOf(provisioning: Provisioning, request: AdminRequest): Engine {
  const id = request.param('registry');
  const engine = provisioning.engine(id);
  if (engine) return engine;
  const problem = provisioning.problemOf(id);
  if (problem !== undefined) throw new Unavailable(problem);
  throw new NotFound(`there is no registry ${id} in the deployed flow`);
}

async function viewOf(engine: Engine, provisioning: Provisioning): Promise<RegistryView> {
  const counts = await countsOf(engine);
  const problems = [engine.problem, refusalOf(provisioning.handlerProblems(engine.id))].filter(
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
  if (engine.state === 'error' || engine.state === 'starting') return nothing;
  try {
    const handlers = await engine.handlers();
    const { waiting, running, parked } = await (await engine.log()).counts();
    return { handlers: handlers.length, backlog: waiting, running, parked };
  } catch (error) {
    if (error instanceof Unavailable) return nothing;
    throw error;
  }
}

/** Registries that are not deployed any more, whose journals still stand. */
async function orphans(dir: string, known: ReadonlySet<string>): Promise<RegistryView[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(
      (entry) =>
        entry.isDirectory() &&
        !known.has(entry.name) &&
        nodeIdSchema.safeParse(entry.name).success &&
        existsSync(join(dir, entry.name, 'journal.sqlite')),
    )
    .map(({ name }) => ({ id: name, name: '', state: 'orphaned', ...nothing }));
}
