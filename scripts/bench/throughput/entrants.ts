import type { NodeRed } from '../../../test/support/node-red.ts';
import type { BareUndici } from '../bare-undici.ts';
import { runLoop } from '../loop.ts';
import { quiet, withCpu } from '../process-facts.ts';
import type { Receiver } from '../receiver.ts';

/** How events, or bare posts, are sent. */
export interface Load {
  /** In a run. */
  readonly count: number;
  /** Of each one's JSON, about. */
  readonly bytes: number;
  readonly inFlight: number;
}

/** What a run gave. */
export interface Figures {
  /** Events, or bare posts. */
  readonly perSecond: number;
  /** µs of the processor that the process has used for one of them. */
  readonly cpu: number;
  /** In ms. */
  readonly loopDelayP99: number;
}

export interface Canvas {
  readonly nodeRed: NodeRed;
  readonly receiver: Receiver;
}

/**
 * Events that go round on the canvas, each of which is to arrive at the endpoint so many times. The processor time holds
 * what Node-RED does afterwards, too; so it is also not in the next entrant's way.
 * @param ends when all is done that is to be counted
 */
export async function goRound(
  { nodeRed, receiver }: Canvas,
  loop: string,
  { count, bytes, inFlight }: Load,
  calls: number,
  ends: (pid: number) => Promise<void> = quiet,
): Promise<Figures> {
  const before = await receiver.received();
  const { perSecond, loopDelayP99, cpu } = await withCpu(nodeRed.pid, async () => {
    const run = await runLoop(nodeRed, loop, count, inFlight, bytes);
    await ends(nodeRed.pid);
    return run;
  });
  const arrived = (await receiver.received()) - before;
  if (arrived !== count * calls) throw new Error(`${loop}: ${arrived} of ${count * calls} calls arrived`);
  return { perSecond, loopDelayP99, cpu: cpu / count };
}

/** The same number of calls without all the rest. */
export async function post(undici: BareUndici, load: Parameters<BareUndici['run']>[0]): Promise<Figures> {
  const { perSecond, loopDelayP99, cpu } = await undici.run(load);
  return { perSecond, loopDelayP99, cpu: cpu / load.count };
}

/**
 * Each entrant's figures of each round; the first one warms up. Every other one goes backwards, so that nobody always
 * comes after the same.
 */
export async function alternate<Name extends string, Taken>(
  rounds: number,
  entrants: Readonly<Record<Name, () => Promise<Taken>>>,
): Promise<readonly Readonly<Record<Name, Taken>>[]> {
  const names = Object.keys(entrants) as Name[];
  const taken: Record<Name, Taken>[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const figures = {} as Record<Name, Taken>;
    for (const name of round % 2 ? names.toReversed() : names) figures[name] = await entrants[name]();
    if (round > 0) taken.push(figures);
  }
  return taken;
}
