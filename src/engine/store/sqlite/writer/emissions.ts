import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Emission } from '../../journal.ts';
import { stage } from '../../stage.ts';
import type { Announcements } from './announcements.ts';
import type { Backlogged } from './backlogged.ts';
import type { Clock } from './clock.ts';
import { emissionOf, type Lanes } from './lanes.ts';

/** Which accepted events are out in the flow (rule 3). */
export class Emissions {
  readonly #lanes: Lanes;
  readonly #clock: Clock;
  readonly #waiting: Backlogged;
  readonly #work: Announcements;
  readonly #ready: StatementSync;
  readonly #nextNode: StatementSync;
  readonly #setStage: StatementSync;
  readonly #recall: StatementSync;
  readonly #recallOne: StatementSync;
  readonly #emitted: StatementSync;
  readonly #unclaim: StatementSync;

  constructor(db: DatabaseSync, lanes: Lanes, clock: Clock, waiting: Backlogged, work: Announcements) {
    this.#work = work;
    this.#waiting = waiting;
    this.#lanes = lanes;
    this.#clock = clock;
    this.#ready = db.prepare(
      `select seq, node, payload, event_type, object_id from events
       where stage = 1 and node = ? order by accepted_at, seq limit ?`,
    );
    this.#nextNode = db.prepare('select min(node) as node from events where stage = 1 and node > ?');
    this.#setStage = db.prepare('update events set stage = 2 where seq = ?');
    this.#recall = db.prepare('update events set stage = 1 where stage = 2');
    this.#recallOne = db.prepare('update events set stage = 1 where seq = ? and stage = 2');
    this.#emitted = db.prepare('select object_key, ordered from events where seq = ? and stage = 2');
    this.#unclaim = db.prepare('update events set stage = ?, touched_at = ? where seq = ?');
  }

  emitNext(limit: number, nodes: readonly string[], off: readonly string[]): Emission[] {
    const own = this.#readyOf(nodes, limit);
    const known = new Set([...nodes, ...off]);
    const rest = limit - own.length;
    const rows = rest > 0 ? [...own, ...this.#readyOf(this.#others(known), rest)] : own;
    return rows.map((row) => {
      const emission = emissionOf(row as unknown as Parameters<typeof emissionOf>[0]);
      this.#setStage.run(emission.seq);
      return emission;
    });
  }

  #readyOf(nodes: readonly string[], limit: number) {
    const share = Math.max(1, Math.ceil(limit / nodes.length));
    return nodes.flatMap((node) => this.#ready.all(node, share)).slice(0, limit);
  }

  /** Nodes with ready events that are not among the known ones: from one to the next along the index. */
  #others(known: ReadonlySet<string>): string[] {
    const others: string[] = [];
    for (let node: unknown = ''; typeof node === 'string'; ) {
      node = this.#nextNode.get(node)?.['node'];
      if (typeof node === 'string' && !known.has(node)) others.push(node);
    }
    return others;
  }

  recall(events?: readonly number[]): void {
    if (!events) this.#recall.run();
    for (const seq of events ?? []) this.#recallOne.run(seq);
    this.#work.ready();
  }

  unclaim(events: readonly number[], emit: number, at: number): void {
    let slots = emit;
    for (const seq of events) {
      const row = this.#emitted.get(seq) as { object_key: string; ordered: number } | undefined;
      if (!row) continue;
      this.#waiting.add(-1);
      this.#unclaim.run(stage.unclaimed, this.#clock.touch(at), seq);
      if (row.ordered && this.#lanes.release(row.object_key, slots > 0)) slots -= 1;
    }
  }
}
