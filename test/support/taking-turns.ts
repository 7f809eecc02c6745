import type { NodeRed } from './node-red.ts';

/**
 * The speeds of `red` as shares of those of `rival`, in so many short pairs. Each stands still (SIGSTOP) while it is
 * the other's turn. A machine that is busy with something else spoils pairs at random: take their median.
 * @param speedOf what is measured: the more the better
 */
export async function takeTurns(
  red: NodeRed,
  rival: NodeRed,
  pairs: number,
  speedOf: (red: NodeRed) => Promise<number>,
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
    while (ratios.length < pairs) {
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
