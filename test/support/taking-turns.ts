import { median } from '../../scripts/bench/measure.ts';
import type { NodeRed } from './node-red.ts';

interface Options {
  /** What is measured: the more the better. */
  readonly speedOf: (red: NodeRed) => Promise<number>;
  /** The median that is hoped for. */
  readonly least: number;
}

const fewest = 15;
const most = 60;

/**
 * The speeds of `red` as shares of those of `rival`, in many short pairs. Each stands still (SIGSTOP) while it is the
 * other's turn. A machine that is busy with something else spoils pairs at random, so a median that is too low gets
 * more of them.
 */
export async function takeTurns(
  red: NodeRed,
  rival: NodeRed,
  { speedOf, least }: Options,
): Promise<readonly number[]> {
  const ratios: number[] = [];
  const measured = async (one: NodeRed) => {
    process.kill(one.pid, 'SIGCONT');
    const speed = await speedOf(one);
    process.kill(one.pid, 'SIGSTOP');
    return speed;
  };
  for (const one of [red, rival]) process.kill(one.pid, 'SIGSTOP');
  try {
    while (ratios.length < fewest || (median(ratios) < least && ratios.length < most)) {
      // Every other pair goes backwards, so that nobody always comes after the same.
      const theirsFirst = ratios.length % 2 === 1 ? await measured(rival) : undefined;
      const ours = await measured(red);
      ratios.push(ours / (theirsFirst ?? (await measured(rival))));
    }
  } finally {
    for (const one of [red, rival]) process.kill(one.pid, 'SIGCONT');
  }
  return ratios;
}
