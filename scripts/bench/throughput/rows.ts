import { against, atMost, median, ms, type Pair, type Row, us } from '../measure.ts';
import type { Figures } from './entrants.ts';
import { type ChainName, chains, type PostName, type StockName } from './loads.ts';

export type Round = Readonly<Record<ChainName | StockName | PostName, Figures>>;

/** Events a second, and processor time in units of a bare post of the same size and with as many in flight. */
export function rowsOf(taken: readonly Round[]): Row[] {
  const pairs = (pairOf: (round: Round) => Pair) => taken.map(pairOf);
  const speed = (ours: ChainName, theirs: PostName | StockName, calls = 1) =>
    pairs((round) => ({ ours: calls * round[ours].perSecond, theirs: round[theirs].perSecond }));
  const cost = (ours: ChainName | StockName, theirs: PostName) =>
    pairs((round) => ({ ours: round[ours].cpu, theirs: round[theirs].cpu }));
  const ofCall = (round: Round, name: ChainName) => round[name].cpu / chains[name].handlers;
  // A chain of three has what an event costs in it, so that it is the harder measure for longer ones than a chain of one.
  const linear = (name: ChainName) =>
    pairs((round) => ({ ours: ofCall(round, name), theirs: ofCall(round, 'three') }));
  const delayOf = (name: ChainName) => median(taken.map((round) => round[name].loopDelayP99));
  const [slowest] = (Object.keys(chains) as ChainName[]).sort((a, b) => delayOf(b) - delayOf(a)) as [
    ChainName,
  ];
  const stockDelay = median(taken.map(({ stock }) => stock.loopDelayP99));
  const bare = 'a bare post';
  return [
    against('events through a 1-handler chain', 'bare undici', speed('one', 'post'), { least: 0.4 }),
    against('the same', 'http request, file', speed('one', 'stock'), { least: 4 }),
    against('the same', 'http request (keep-alive), file', speed('one', 'stock-kept-alive')),
    against('calls through a 3-handler chain', 'bare undici', speed('three', 'post', 3), { least: 0.55 }),
    against('events of 64 KB, 1 handler', 'bare undici', speed('large', 'post-large'), { least: 0.33 }),
    against('events, 1 handler, 1 in flight', 'bare undici', speed('alone', 'post-alone')),
    against('events, 1 handler, 256 in flight', 'bare undici', speed('crowded', 'post-crowded')),
    against('CPU an event, 1 handler', bare, cost('one', 'post'), { most: 3.6 }, us),
    against('CPU of http request, file', bare, cost('stock', 'post'), null, us),
    against('CPU an event, 1 handler, 1 in flight', bare, cost('alone', 'post-alone'), null, us),
    against('CPU an event, 1 handler, 256 in flight', bare, cost('crowded', 'post-crowded'), null, us),
    against('CPU an event of 4 KB, 1 handler', bare, cost('middle', 'post-middle'), null, us),
    against('CPU of http request, file, 4 KB', bare, cost('stock-middle', 'post-middle'), null, us),
    against('CPU an event of 64 KB, 1 handler', bare, cost('large', 'post-large'), { most: 3 }, us),
    against('the same', 'its JSON prepared', cost('large', 'post-large-prepared'), null, us),
    against('CPU of http request, file, 64 KB', bare, cost('stock-large', 'post-large'), null, us),
    against(
      'CPU a call, 3 handlers',
      bare,
      pairs((round) => ({ ours: ofCall(round, 'three'), theirs: round.post.cpu })),
      null,
      us,
    ),
    against('CPU a call, 10 handlers', '3 handlers', linear('ten'), { most: 1.3 }, us),
    against('CPU a call, 100 handlers', '3 handlers', linear('hundred'), { most: 1.3 }, us),
    atMost(
      'event-loop delay under full load, p99',
      delayOf('one'),
      10,
      ms,
      `http request, file ${ms(stockDelay)}`,
    ),
    atMost(`the same, at its worst: ${described(slowest)}`, delayOf(slowest), 10, ms),
  ];
}

function described(name: ChainName): string {
  const { handlers, bytes, inFlight } = chains[name];
  return `${handlers} ${handlers === 1 ? 'handler' : 'handlers'}, ${Math.round(bytes / 102.4) / 10} KB, ${inFlight} in flight`;
}
