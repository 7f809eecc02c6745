import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NodeRed, startNodeRed } from '../../test/support/node-red.ts';
import { postJson } from '../../test/support/provisioning-flow.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { envelopeOf } from './envelope.ts';
import { processFacts } from './process-facts.ts';
import { residentScript } from './resident-script.ts';
import { steadyFlows } from './steady-load-flows.ts';

/** More than any machine delivers. */
export const unbounded = 1_000_000;
const intakeEvents = 10;
const intakeMs = 100;

/** A Node-RED in whose canvas events arise at a rate, beside those that come to its intake. */
export interface SteadyLoad {
  readonly nodeRed: NodeRed;
  /** Events a second from now on, at most 64 of them under way; 100 more a second are posted to the intake. */
  setRate(perSecond: number): Promise<void>;
  /** Events whose first pass is over, those of the intake too. @throws when one failed for good or was refused */
  done(): Promise<number>;
  /** How long the intake took to answer, in ms, for each request since this was asked last. */
  takeAnswerTimes(): readonly number[];
  end(): Promise<void>;
}

/**
 * Each event goes to three handlers: an HTTP endpoint that fails one call of fifty, a resident script and a flow.
 * @param url an endpoint that fails so
 */
export async function startSteadyLoad(url: string): Promise<SteadyLoad> {
  const userDir = temporaryFolder('provisioning-memory-');
  const script = join(userDir, 'resident.mjs');
  await writeFile(script, residentScript);
  await chmod(script, 0o755);
  const nodeRed = await startNodeRed({
    userDir,
    flows: [...steadyFlows(url, script), ...processFacts()],
    settings: { provisioning: { scriptDirs: [userDir] } },
  });
  const load = async (query = '') => {
    const answer = await nodeRed.node(`bench/load${query}`);
    return (await answer.json()) as { done: number; failed: number };
  };
  const intake = startPosting(nodeRed);
  return {
    nodeRed,
    setRate: async (perSecond) => void (await load(`?rate=${perSecond}`)),
    async done() {
      const { done, failed } = await load();
      if (failed > 0) throw new Error(`${failed} events failed for good`);
      if (intake.problem) throw intake.problem;
      return done;
    },
    takeAnswerTimes: () => intake.answerTimes.splice(0),
    async end() {
      intake.stop();
      await nodeRed.stop();
    },
  };
}

function startPosting(nodeRed: NodeRed) {
  let n = 0;
  let last = Promise.resolve();
  const answerTimes: number[] = [];
  const posting: { problem?: unknown; readonly answerTimes: number[]; stop(): void } = {
    answerTimes,
    stop: () => clearInterval(timer),
  };
  const post = async () => {
    const batch = Array.from({ length: intakeEvents }, () => envelopeOf('clients.create', 5_000_000 + n++));
    const began = performance.now();
    const answer = await nodeRed.node('events', postJson(batch, { 'idempotency-key': `batch-${n}` }));
    await answer.arrayBuffer();
    answerTimes.push(performance.now() - began);
    if (answer.status !== 202) throw new Error(`the intake answered ${answer.status}`);
  };
  const timer = setInterval(() => {
    last = last.then(post).catch((error: unknown) => {
      posting.problem ??= error;
    });
  }, intakeMs);
  return posting;
}
