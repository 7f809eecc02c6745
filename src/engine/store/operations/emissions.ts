import type { Emission } from '../journal/work.ts';
import { stage } from '../stage.ts';
import { laneOf } from './rows.ts';
import type { Shared } from './shared.ts';

/** Which accepted events are out in the flow (rule 3). */
export function emissionsOn({ rows, lanes, clock, work }: Shared) {
  function emitNext(limit: number, nodes: readonly string[], off: readonly string[] = []): Emission[] {
    const own = readyOf(nodes, limit);
    const known = new Set([...nodes, ...off]);
    const rest = limit - own.length;
    const emissions = rest > 0 ? [...own, ...readyOf(others(known), rest)] : own;
    for (const { seq } of emissions) rows.changeEvent(seq, { stage: stage.emitted });
    return emissions;
  }

  function readyOf(nodes: readonly string[], limit: number): Emission[] {
    const share = Math.max(1, Math.ceil(limit / nodes.length));
    return nodes.flatMap((node) => rows.ready(node, share)).slice(0, limit);
  }

  /** Nodes with ready events that are not among the known ones: from one to the next along the index. */
  function others(known: ReadonlySet<string>): string[] {
    const found: string[] = [];
    let node: string | undefined = '';
    while (node !== undefined) {
      node = rows.nextNodeReady(node);
      if (node !== undefined && !known.has(node)) found.push(node);
    }
    return found;
  }

  function recall(events?: readonly number[]): void {
    if (!events) rows.recallAll();
    for (const seq of events ?? [])
      if (rows.event(seq)?.stage === stage.emitted) rows.changeEvent(seq, { stage: stage.ready });
    work.ready();
  }

  function unclaim(events: readonly number[], emit: number, at: number): void {
    let slots = emit;
    for (const seq of events) {
      const event = rows.event(seq);
      if (event?.stage !== stage.emitted) continue;
      rows.waiting.add(-1);
      rows.changeEvent(seq, { stage: stage.unclaimed, touchedAt: clock.touch(at) });
      const lane = laneOf(event);
      if (lane !== null && lanes.release(lane, slots > 0)) slots -= 1;
    }
  }

  return { emitNext, recall, unclaim };
}
