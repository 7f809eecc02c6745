import type { Emission } from '../../journal.ts';
import { stage } from '../../stage.ts';
import { emissionColumns } from './event-rows.ts';
import type { Shared } from './shared.ts';

/** Which accepted events are out in the flow (rule 3). */
export function emissionsOn({ db, lanes, clock, waiting, work }: Shared) {
  const sql = {
    ready: db.prepare(
      `select ${emissionColumns} from events where stage = 1 and node = ? order by accepted_at, seq limit ?`,
    ),
    nextNode: db.prepare('select min(node) as node from events where stage = 1 and node > ?'),
    emit: db.prepare('update events set stage = 2 where seq = ?'),
    recall: db.prepare('update events set stage = 1 where stage = 2'),
    recallOne: db.prepare('update events set stage = 1 where seq = ? and stage = 2'),
    emitted: db.prepare('select object_key, ordered from events where seq = ? and stage = 2'),
    unclaim: db.prepare('update events set stage = ?, touched_at = ? where seq = ?'),
  };

  function emitNext(limit: number, nodes: readonly string[], off: readonly string[] = []): Emission[] {
    const own = readyOf(nodes, limit);
    const known = new Set([...nodes, ...off]);
    const rest = limit - own.length;
    const emissions = rest > 0 ? [...own, ...readyOf(others(known), rest)] : own;
    for (const { seq } of emissions) sql.emit.run(seq);
    return emissions;
  }

  function readyOf(nodes: readonly string[], limit: number): Emission[] {
    const share = Math.max(1, Math.ceil(limit / nodes.length));
    return nodes.flatMap((node) => sql.ready.all(node, share) as unknown as Emission[]).slice(0, limit);
  }

  /** Nodes with ready events that are not among the known ones: from one to the next along the index. */
  function others(known: ReadonlySet<string>): string[] {
    const found: string[] = [];
    for (let node: unknown = ''; typeof node === 'string'; ) {
      node = sql.nextNode.get(node)?.['node'];
      if (typeof node === 'string' && !known.has(node)) found.push(node);
    }
    return found;
  }

  function recall(events?: readonly number[]): void {
    if (!events) sql.recall.run();
    for (const seq of events ?? []) sql.recallOne.run(seq);
    work.ready();
  }

  function unclaim(events: readonly number[], emit: number, at: number): void {
    let slots = emit;
    for (const seq of events) {
      const row = sql.emitted.get(seq) as { object_key: string; ordered: number } | undefined;
      if (!row) continue;
      waiting.add(-1);
      sql.unclaim.run(stage.unclaimed, clock.touch(at), seq);
      if (row.ordered && lanes.release(row.object_key, slots > 0)) slots -= 1;
    }
  }

  return { emitNext, recall, unclaim };
}
