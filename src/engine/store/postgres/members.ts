import { createHash } from 'node:crypto';
import type { Share } from '../../rules/share.ts';
import { JournalError } from '../journal-error.ts';
import { type Stage, stage } from '../stage.ts';
import type { Query } from './connection.ts';
import { isGone, type ProcessPlace } from './process-place.ts';
import { migrations } from './schema.ts';

/** Of whom it is told that nobody has it: an id that no instance has. */
export const nobody = 0;

/** What an instance says of itself. */
export interface Presence {
  /** For people. */
  readonly name: string;
  readonly version: string;
  readonly place: ProcessPlace;
}

/** An instance that takes part in a registry. */
export interface Member extends Presence {
  readonly id: number;
  /** Ms since the epoch. */
  readonly startedAt: number;
  readonly seenAt: number;
  readonly dead: boolean;
  /** Ids of the handlers that it has, and of its event nodes; null: it has not told yet. */
  readonly handlers: readonly string[] | null;
  readonly nodes: readonly string[] | null;
}

/**
 * What is done anew where it is lost waits for no disk, and for no standby: an instance is there, although nothing can
 * be kept.
 */
export const unsynced = "unsynced as (select set_config('synchronous_commit', 'off', true))";

const sql = {
  join: `with joined as (
      insert into instances(name, version, machine, pid, began, format)
      values($1, $2, $3, $4, $5, ${migrations.length}) returning id
    ), beaten as (
      insert into beats(instance, seen_at) select id, clock_timestamp() from joined
    ) select id, clock_timestamp() as now from joined`,
  all: `select id, name, version, machine, pid, began, dead, handlers, nodes, started_at as "startedAt",
    seen_at as "seenAt", seen_at < clock_timestamp() - make_interval(secs => $1) as silent
    from instances join beats on instance = id order by id`,
  beat: `with ${unsynced} update beats set seen_at = clock_timestamp() from unsynced where instance = $1
    returning seen_at as now`,
  // Waits for what they are at, and nothing that comes later gets in.
  bury: `with ${unsynced} update instances set dead = true from unsynced
    where id = any($1::bigint[]) and not dead returning id`,
  equip: `with ${unsynced} update instances set handlers = $2, nodes = $3 from unsynced where id = $1`,
};

/** Steps from one home to the next along an index. */
const homesAt = (at: Stage) => `homes_${at} as (
    (select home from events where stage = ${at} order by home limit 1)
    union all
    select n.home from homes_${at} h cross join lateral (
      select home from events where stage = ${at} and home > h.home order by home limit 1
    ) n
  )`;
const left = `with recursive ${homesAt(stage.ready)}, ${homesAt(stage.due)}
  select home from (select home from homes_${stage.ready} union select home from homes_${stage.due}) homes
  where home <> ${nobody} and not exists (select from instances where id = home)`;

interface Read extends Omit<Member, 'place' | 'startedAt' | 'seenAt'>, ProcessPlace {
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly silent: boolean;
}

/** Ms that a clock may differ from the database's before it is put right. */
const tolerance = 200;

/** Seconds after which one is gone whose lease is not known: more than pass between two beats of the longest. */
const longestSilence = 100;

/** Incarnations of this process that have been given up: nobody has to wait for them. */
const givenUp = new Set<string>();

/**
 * The instances that share a registry, as this one sees them. Each start is a new one, which is known by its beat on
 * the database's clock.
 */
export class Members {
  readonly id: number;
  /** Ms without a beat after which one is dead. */
  readonly lease: number;
  readonly #query: Query;
  readonly #registry: string;
  readonly #clock: () => number;
  #ahead = 0;
  #all: readonly Member[] = [];
  /** Homes that are nobody's any more, and where events wait. */
  #left: readonly number[] = [];
  /** Of this one: how many calls of each there may be at a time, of all instances. */
  #handlers: ReadonlyMap<string, number> = new Map();
  /** By handler, as long as nobody comes or goes. */
  readonly #sharers = new Map<string, readonly number[]>();
  /** What this one has, as far as the others are not told yet. */
  #untold: readonly [handlers: readonly string[], nodes: readonly string[]] | undefined;
  #onChange: () => void = () => undefined;
  /** The last one that had joined when they were looked at. */
  #newest: number;
  /** By instance: its last beat, and when it was seen here first, in ms of the same clock. */
  #beats: ReadonlyMap<number, { readonly at: number; readonly since: number }> = new Map();
  /** Since when this one has beaten without a gap, in ms of a clock that never jumps. */
  #steadySince = performance.now();
  #beaten = performance.now();

  /**
   * @param registry tells its instances from those of others
   * @param clock of those above, in ms since the epoch
   */
  static async join(
    query: Query,
    registry: string,
    me: Presence,
    lease: number,
    clock: () => number,
  ): Promise<Members> {
    const { machine, pid, began } = me.place;
    const asked = clock();
    const [row] = await query(sql.join, [me.name, me.version, machine, pid, began]);
    const members = new Members(query, registry, Number(row?.['id']), lease, clock);
    members.#compareClocks(asked, row?.['now']);
    return members;
  }

  private constructor(query: Query, registry: string, id: number, lease: number, clock: () => number) {
    this.#query = query;
    this.#registry = registry;
    this.#clock = clock;
    this.id = id;
    this.lease = lease;
    this.#newest = id;
  }

  /** `tell` is told when another one has come or gone, or has other handlers. */
  onChange(tell: () => void): void {
    this.#onChange = tell;
  }

  /** Those that live, and the dead who have left something. */
  get all(): readonly Member[] {
    return this.#all;
  }

  /** Whether there is nobody any more whose home that is. Who has joined since is there. */
  isGone(instance: number): boolean {
    if (instance === this.id || instance > this.#newest) return false;
    return !this.#all.some(({ id, dead }) => id === instance && !dead);
  }

  /** Whose events this one emits: its own, nobody's, and those of who is gone. */
  get homes(): readonly number[] {
    return [
      ...new Set([this.id, nobody, ...this.#all.flatMap(({ id, dead }) => (dead ? id : [])), ...this.#left]),
    ];
  }

  /** Whose events this one runs for a handler: those that it emits, and those of others who do not call it. */
  homesFor(handler: string): readonly number[] {
    const callers = this.callersOf(handler);
    const without = this.others().filter((id) => !callers.includes(id));
    return [...this.homes, ...without];
  }

  /** Looks for events that wait for who is gone and forgotten: each has another home once it goes on. */
  async findLeft(): Promise<void> {
    this.#left = (await this.#query(left, [])).map(({ home }) => Number(home));
  }

  /** Who calls a handler: those who have it, or as many of them as it may have calls at a time. */
  callersOf(handler: string): readonly number[] {
    return this.#sharersOf(handler).slice(0, this.#handlers.get(handler) ?? Number.POSITIVE_INFINITY);
  }

  shareOf(handler: string): Share {
    const sharers = this.#sharersOf(handler);
    return { place: sharers.indexOf(this.id), of: sharers.length };
  }

  /** All who have it, and who have not told yet; of each handler in another order, so that few slots are spread. */
  #sharersOf(handler: string): readonly number[] {
    const known = this.#sharers.get(handler);
    if (known) return known;
    const having = this.#living().filter(({ handlers }) => handlers === null || handlers.includes(handler));
    const all = [this.id, ...having.map(({ id }) => id)];
    const places = new Map(
      all.map((id) => [id, createHash('sha256').update(`${handler} ${id}`).digest('hex')]),
    );
    const sharers = all.sort((a, b) => (String(places.get(a)) < String(places.get(b)) ? -1 : 1));
    this.#sharers.set(handler, sharers);
    return sharers;
  }

  /** Event nodes that others have. */
  nodesElsewhere(): readonly string[] {
    return [...new Set(this.#living().flatMap(({ nodes }) => nodes ?? []))];
  }

  /** This one has them, and no others: with its next beat all are told. */
  equip(handlers: ReadonlyMap<string, number>, nodes: readonly string[]): void {
    this.#handlers = handlers;
    this.#untold = [[...handlers.keys()], nodes];
    this.#sharers.clear();
  }

  /** This one is there. */
  async beat(): Promise<void> {
    const untold = this.#untold;
    if (untold) await this.#query(sql.equip, [this.id, ...untold]);
    if (this.#untold === untold) this.#untold = undefined;
    const asked = this.#clock();
    const [beaten] = await this.#query(sql.beat, [this.id]);
    this.#compareClocks(asked, beaten?.['now']);
    const now = performance.now();
    if (now - this.#beaten > this.lease / 2) this.#steadySince = now;
    this.#beaten = now;
  }

  /** Ms that the database's clock is ahead of this instance's. */
  get ahead(): number {
    return this.#ahead;
  }

  /** An answer that was long in coming says little of the clocks. */
  #compareClocks(asked: number, now: unknown): void {
    if (!(now instanceof Date)) return;
    const answered = this.#clock();
    const ahead = Math.round(now.getTime() - (asked + answered) / 2);
    if (Math.abs(ahead - this.#ahead) > tolerance + (answered - asked)) this.#ahead = ahead;
  }

  /**
   * Looks at all, and declares dead who is.
   * @returns ids of the dead, whoever has declared them so
   */
  async look(): Promise<readonly number[]> {
    const rows = (await this.#query(sql.all, [this.lease / 1000])) as unknown as readonly Read[];
    this.#noteBeats(rows);
    const dead = new Set(rows.filter((row) => row.dead).map(({ id }) => id));
    const dying = rows.filter((row) => !row.dead && row.id !== this.id && this.#isOver(row));
    if (dying.length > 0)
      for (const { id } of await this.#query(sql.bury, [dying.map(({ id }) => id)])) dead.add(Number(id));
    this.#newest = Math.max(this.#newest, ...rows.map(({ id }) => id));
    const before = this.#equipment();
    this.#all = rows.map((row) => memberFrom(row, dead.has(row.id)));
    if (this.#equipment() !== before) {
      this.#sharers.clear();
      this.#onChange();
    }
    return [...dead];
  }

  /** Who lives, with what. */
  #equipment(): string {
    return JSON.stringify(this.#living().map(({ id, handlers, nodes }) => [id, handlers, nodes]));
  }

  /** It is over, and nothing of it is under way: others need not wait. */
  async leave(): Promise<void> {
    givenUp.add(this.#nameOf(this.id));
    await this.#query(sql.bury, [[this.id]]);
  }

  #noteBeats(rows: readonly Read[]): void {
    const now = performance.now();
    const noted = rows.map(({ id, seenAt }) => {
      const known = this.#beats.get(id);
      const at = seenAt.getTime();
      return [id, known?.at === at ? known : { at, since: now }] as const;
    });
    this.#beats = new Map(noted);
  }

  /**
   * After an outage of the database everybody is silent: who comes back first must not bury the others. And so they
   * are when its clock jumps: who is to be buried has not been seen to beat, either, by a clock that does not.
   */
  #isOver({ id, silent, machine, pid, began }: Read): boolean {
    if (givenUp.has(this.#nameOf(id)) || isGone({ machine, pid, began })) return true;
    const now = performance.now();
    const unseen = now - (this.#beats.get(id)?.since ?? now);
    // It was seen up to a fifth after it had beaten.
    return silent && now - this.#steadySince > this.lease && unseen > 0.75 * this.lease;
  }

  /** Ids of the other ones that live. */
  others(): readonly number[] {
    return this.#living().map(({ id }) => id);
  }

  #living(): readonly Member[] {
    return this.#all.filter(({ id, dead }) => id !== this.id && !dead);
  }

  #nameOf(id: number): string {
    return `${this.#registry} ${id}`;
  }
}

function memberFrom(row: Read, dead: boolean): Member {
  const { id, name, version, machine, pid, began, handlers, nodes, startedAt, seenAt } = row;
  const times = { startedAt: startedAt.getTime(), seenAt: seenAt.getTime() };
  return { id, name, version, place: { machine, pid, began }, ...times, dead, handlers, nodes };
}

/**
 * Declares dead all who are left over, where there is nobody else.
 * @throws JournalError naming one who is there
 */
export async function buryAll(query: Query): Promise<void> {
  const rows = (await query(sql.all, [longestSilence])) as unknown as readonly Read[];
  const left = rows.filter(({ dead }) => !dead);
  const there = left.find((row) => !row.silent && !isGone(row));
  if (there)
    throw new JournalError(
      'failed',
      `the registry is in use by a Node-RED on ${there.name}, which was there at ${there.seenAt.toISOString()}: stop it; one that has crashed counts as gone ${longestSilence} s later`,
    );
  await query(sql.bury, [left.map(({ id }) => id)]);
}
