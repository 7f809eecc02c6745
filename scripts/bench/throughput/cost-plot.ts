import { factors, type Line, linePlot, stacked } from '../line-plot.ts';
import { median } from '../measure.ts';
import type { Load } from './entrants.ts';
import { chains, posts, sizes, stock } from './loads.ts';
import type { Round } from './rows.ts';

/** What an event costs against its size, and a call against the number of handlers; in µs of processor time. */
export function costPlot(taken: readonly Round[]): string {
  const cpu = (name: keyof Round) => median(taken.map((round) => round[name].cpu));
  const kilobytes = (bytes: number) => Math.round(bytes / 102.4) / 10;
  const bySize = (loads: Readonly<Record<string, Load>>, names: readonly (keyof Round)[]): Line['points'] =>
    names.map((name) => ({ x: kilobytes(loads[name]?.bytes ?? 0), y: cpu(name) }));
  const counts = (['one', 'three', 'ten', 'hundred'] as const).map((name) => ({
    name,
    x: chains[name].handlers,
  }));
  const date = new Date().toISOString().slice(0, 10);
  const [ours, theirs, bare] = ['#1f4e9c', '#d68910', '#777'];
  return stacked([
    linePlot(
      `Processor time of an event against its size, ${date}`,
      'µs',
      [
        { name: 'chain of one handler', color: ours, points: bySize(chains, ['one', 'middle', 'large']) },
        {
          name: 'http request, file',
          color: theirs,
          points: bySize(stock, ['stock', 'stock-middle', 'stock-large']),
        },
        { name: 'bare post', color: bare, points: bySize(posts, ['post', 'post-middle', 'post-large']) },
      ],
      factors('KB', Object.values(sizes).map(kilobytes)),
    ),
    linePlot(
      `Processor time of a call against the handlers of an event, ${date}`,
      'µs',
      [
        {
          name: 'call of a chain',
          color: ours,
          points: counts.map(({ name, x }) => ({ x, y: cpu(name) / x })),
        },
        { name: 'bare post', color: bare, points: counts.map(({ x }) => ({ x, y: cpu('post') })) },
      ],
      factors(
        'handlers',
        counts.map(({ x }) => x),
      ),
    ),
  ]);
}
