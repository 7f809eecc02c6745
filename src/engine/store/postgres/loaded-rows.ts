import { isUnsettled } from '../../rules/chain.ts';
import type { Emission, IdempotencyKey } from '../journal.ts';
import type {
  EventHead,
  EventPatch,
  EventRow,
  ExecutionPatch,
  ExecutionRow,
  KeptKey,
  ParkedRow,
  Probing,
  Rows,
  StoredExecution,
} from '../operations/rows.ts';
import { type Stage, stage } from '../stage.ts';
import type { Changes } from './changes.ts';
import { chainProperties } from './columns.ts';
import type { KnownGroups } from './known-groups.ts';
import {
  type BulkState,
  type Found,
  Loaded,
  type LoadedEvent,
  type LoadedExecution,
  type Probed,
  pairOf,
} from './loaded.ts';
import { type Members, nobody } from './members.ts';
import { type Needs, NotLoaded, type Search, searchName, usualDepth } from './needs.ts';

/** Somebody has them in hand. */
const inHand: ReadonlySet<Stage> = new Set([stage.emitted, stage.running]);

/** Larger than any seq. */
const standIn = 2 ** 52;

type Homes = Pick<Members, 'id' | 'isGone' | 'homesFor' | 'callersOf'>;

/** The rows of a transaction: what was read of them, and over that what has become of them. Nothing waits here. */
export class LoadedRows implements Rows {
  #loaded = new Loaded();
  #changes: Changes;
  readonly #groups: KnownGroups;
  readonly #members: Homes;

  constructor(changes: Changes, groups: KnownGroups, members: Homes) {
    this.#changes = changes;
    this.#groups = groups;
    this.#members = members;
  }

  /** Whose they are. */
  get instance(): number {
    return this.#members.id;
  }

  get changes(): Changes {
    return this.#changes;
  }

  /** Another transaction begins, or this one anew. */
  begin(loaded: Loaded, changes: Changes): void {
    this.#loaded = loaded;
    this.#changes = changes;
  }

  nextEventSeq(): number {
    return this.#next('eventSeqs');
  }

  nextExecutionSeq(): number {
    return this.#next('executionSeqs');
  }

  /** Where too few were drawn, it is found out first how many are needed: until then others stand in for them. */
  #next(of: 'eventSeqs' | 'executionSeqs'): number {
    const drawn = this.#changes[of];
    this.#changes.draw(of);
    return this.#loaded[of][drawn] ?? standIn + drawn;
  }

  /** Whether seqs stand in for others. */
  get isShort(): boolean {
    const { eventSeqs, executionSeqs } = this.#changes;
    return eventSeqs > this.#loaded.eventSeqs.length || executionSeqs > this.#loaded.executionSeqs.length;
  }

  addEvent(event: EventRow): void {
    const { id } = this.#members;
    this.#changes.addEvent({ ...event, home: id, owner: inHand.has(event.stage) ? id : nobody });
  }

  event(seq: number): LoadedEvent | undefined {
    const patch = this.#changes.eventPatches.get(seq);
    const row = this.#changes.newEvents.get(seq) ?? this.#stored(seq);
    return row && patch ? { ...row, ...patch } : row;
  }

  #stored(seq: number): LoadedEvent | undefined {
    const { events } = this.#loaded;
    if (!events.has(seq)) throw new NotLoaded((needs) => needs.events.add(seq));
    return events.get(seq);
  }

  wholeEvent(seq: number): EventRow | undefined {
    const event = this.event(seq);
    return event && { ...event, payload: this.#payload(seq) };
  }

  #payload(seq: number): string {
    const changed = this.#changes.eventPatches.get(seq)?.payload;
    const payload = changed ?? this.#changes.newEvents.get(seq)?.payload ?? this.#loaded.payloads.get(seq);
    if (payload === undefined) throw new NotLoaded((needs) => needs.payloads.add(seq));
    return payload;
  }

  eventOf(execution: number): EventHead | undefined {
    const own = this.#changes.newExecutions.get(execution)?.event;
    const { eventOf } = this.#loaded;
    if (own === undefined && !eventOf.has(execution))
      throw new NotLoaded((needs) => needs.executions.add(execution));
    const event = own ?? eventOf.get(execution);
    return event === undefined ? undefined : this.event(event);
  }

  hopsOf(event: number): number {
    return this.event(event)?.hops ?? 0;
  }

  changeEvent(seq: number, patch: EventPatch): void {
    const before = this.event(seq);
    if (!before || patch.stage === undefined) return this.#changes.changeEvent(seq, patch);
    const home = this.#homeOf(before, patch);
    const owner = inHand.has(patch.stage) ? this.#members.id : nobody;
    this.#changes.changeEvent(seq, { ...patch, ...(home !== before.home && { home }), owner });
    for (const one of this.#whoseTurn(home, { ...before, ...patch })) this.#changes.hint(one);
    // It may have been read by its seq, not with what is foremost in the lane.
    if (patch.stage < stage.parked) this.#changes.enterLane(patch.objectKey ?? before.objectKey, seq);
    const more = Number(isSettled(patch.stage)) - Number(isSettled(before.stage));
    if (more !== 0) this.#changes.count('settled', more);
  }

  /** Other instances that go on with an event: its home, or who calls the next handler where that one does not. */
  #whoseTurn(home: number, event: LoadedEvent): readonly number[] {
    const { id } = this.#members;
    if (home === nobody || (event.stage !== stage.ready && event.stage !== stage.due)) return [];
    const callers = event.stage === stage.due ? this.#members.callersOf(event.nextHandler ?? '') : [home];
    if (callers.includes(home)) return home === id ? [] : [home];
    return callers.filter((one) => one !== id);
  }

  /** Who takes an event has its message; what is replayed has none any more. */
  #homeOf({ home }: LoadedEvent, { executor, turn }: EventPatch): number {
    if (executor !== undefined) return this.#members.id;
    return turn !== undefined || this.#members.isGone(home) ? nobody : home;
  }

  get waiting(): Rows['waiting'] {
    return {
      count: this.#loaded.waiting + this.#changes.waiting,
      add: (difference) => this.#changes.count('waiting', difference),
    };
  }

  foremost(objectKey: string): number {
    const stages = this.#open(objectKey).map((event) => event.stage);
    const first = Math.max(-1, ...stages);
    // All that was read has left; of what waits behind it not all was read.
    const { depth, more } = this.#lane(objectKey);
    for (const at of more) if (at > first) throw deeper(objectKey, depth);
    return first;
  }

  firstInLane(objectKey: string, at: typeof stage.queued | typeof stage.behind): EventRow | undefined {
    const { depth, more, events } = this.#lane(objectKey);
    const there = this.#open(objectKey).filter((event) => event.stage === at);
    const first = there.reduce<EventHead | undefined>(
      (least, event) => (least && least.turn < event.turn ? least : event),
      undefined,
    );
    // What was not read comes after what was.
    if (more.has(at) && !there.some(({ seq }) => events.includes(seq))) throw deeper(objectKey, depth);
    return first && this.wholeEvent(first.seq);
  }

  holdBack(objectKey: string): void {
    const { depth, more } = this.#lane(objectKey);
    if (more.has(stage.ready)) throw deeper(objectKey, depth);
    for (const event of this.#open(objectKey))
      if (event.stage === stage.ready) this.#changes.changeEvent(event.seq, { stage: stage.behind });
  }

  #lane(objectKey: string) {
    const lane = this.#loaded.lanes.get(objectKey);
    if (!lane) throw new NotLoaded((needs) => needs.lane(objectKey));
    return lane;
  }

  #open(objectKey: string): LoadedEvent[] {
    const seqs = new Set([...this.#lane(objectKey).events, ...this.#changes.inLane(objectKey)]);
    return [...seqs].flatMap((seq) => {
      const event = this.event(seq);
      return event?.ordered && event.objectKey === objectKey && event.stage < stage.parked ? event : [];
    });
  }

  due(handler: string, limit: number): readonly EventRow[] {
    const homes = this.#members.homesFor(handler);
    // Each is called behind what of its object the handler has not settled.
    const due = this.#wholeEvents({ what: 'due', homes, handler, limit }, (needs, seq) =>
      needs.pair(handler, seq),
    );
    return due.filter((event) => event.stage === stage.due && event.nextHandler === handler);
  }

  ready(node: string, limit: number): readonly Emission[] {
    const homes = [this.#members.id, nobody];
    const found = this.#wholeEvents({ what: 'ready', homes, node, limit });
    const ready = found.filter((event) => event.stage === stage.ready);
    return ready.map(({ seq, payload, eventType, objectId }) => ({
      seq,
      node,
      payload,
      eventType,
      objectId,
    }));
  }

  /** What a search has found, as it stands now that its lane is locked. */
  #wholeEvents(
    search: Search,
    also: (needs: Needs, seq: number) => void = () => undefined,
  ): readonly EventRow[] {
    const seqs = this.found(search) as readonly number[];
    this.#expect(seqs, (needs) => {
      for (const seq of seqs) also(needs, seq);
    });
    return seqs.flatMap((seq) => this.wholeEvent(seq) ?? []);
  }

  /** All of them at once, if one is not there. @param also what will be needed with them */
  #expect(events: readonly number[], also: (needs: Needs) => void = () => undefined): void {
    const { events: known, payloads } = this.#loaded;
    if (events.every((seq) => known.has(seq) && payloads.has(seq))) return;
    throw new NotLoaded((needs) => {
      for (const seq of events) {
        needs.events.add(seq);
        needs.payloads.add(seq);
      }
      also(needs);
    });
  }

  nextNodeReady(after: string): string | undefined {
    const homes = [this.#members.id, nobody];
    return (this.found({ what: 'nextNodeReady', homes, after }) as string | null) ?? undefined;
  }

  isAtHome(seq: number): boolean {
    const { home = nobody } = this.event(seq) ?? {};
    return home === this.#members.id || home === nobody || this.#members.isGone(home);
  }

  recallAll(): void {
    const { id: owner } = this.#members;
    const known = [...this.#loaded.events.keys(), ...this.#changes.newEvents.keys()];
    for (const seq of known) {
      const event = this.event(seq);
      if (event?.stage === stage.emitted && event.owner === owner)
        this.changeEvent(seq, { stage: stage.ready });
    }
    this.#changes.defer({ what: 'recallAll', owner, without: known });
  }

  bulkState(id: number): BulkState | null {
    return this.found({ what: 'bulkState', id }) as BulkState | null;
  }

  found(search: Search): Found {
    const found = this.#loaded.found.get(searchName(search));
    if (found === undefined) throw new NotLoaded((needs) => needs.search(search));
    return found;
  }

  key(key: string, since: number): KeptKey | undefined {
    const own = this.#changes.keys.get(key);
    const { keys } = this.#loaded;
    if (!own && !keys.has(key)) throw new NotLoaded((needs) => needs.keys.add(key));
    const kept = own ?? keys.get(key);
    return kept && kept.at >= since ? kept : undefined;
  }

  addKey({ key, hash }: IdempotencyKey, kept: Omit<KeptKey, 'hash'>, at: number): void {
    this.#changes.addKey(key, { ...kept, hash, at });
  }

  addExecution(row: ExecutionRow): void {
    this.#changes.addExecution({ ...row, owner: this.#ownerAs(row.status) });
  }

  #ownerAs(status: ExecutionRow['status']): number {
    return status === 'running' ? this.#members.id : nobody;
  }

  execution(seq: number): LoadedExecution | undefined {
    const patch = this.#changes.executionPatches.get(seq);
    const row = this.#changes.newExecutions.get(seq) ?? this.#storedExecution(seq);
    return row && patch ? { ...row, ...patch } : row;
  }

  #storedExecution(seq: number): LoadedExecution | undefined {
    const { eventOf, executions, executionsOf } = this.#loaded;
    const row = executions.get(seq);
    if (row) return row;
    if (!eventOf.has(seq)) throw new NotLoaded((needs) => needs.executions.add(seq));
    const event = eventOf.get(seq);
    if (event !== undefined && !executionsOf.has(event))
      throw new NotLoaded((needs) => needs.events.add(event));
    return undefined;
  }

  changeExecution(seq: number, patch: ExecutionPatch): void {
    const { status } = patch;
    this.#changes.changeExecution(seq, status ? { ...patch, owner: this.#ownerAs(status) } : patch);
  }

  executionsOf(event: number): readonly StoredExecution[] {
    return this.#of(event).map(inChain);
  }

  #of(event: number): readonly LoadedExecution[] {
    const stored = this.#changes.newEvents.has(event) ? [] : this.#loaded.executionsOf.get(event);
    if (!stored) throw new NotLoaded((needs) => needs.events.add(event));
    const seqs = [...stored.map(({ seq }) => seq), ...this.#changes.ofEvent(event)];
    return seqs.flatMap((seq) => this.execution(seq) ?? []);
  }

  nextPending(event: number, after: number): number | undefined {
    return this.#of(event).find(({ seq, status }) => seq > after && status === 'pending')?.seq;
  }

  firstUnsettled(objectKey: string, handler: string) {
    const pair = pairOf(handler, objectKey);
    const loaded = this.#loaded.pairs.get(pair);
    if (!loaded) throw new NotLoaded((needs) => needs.pair(handler, objectKey));
    for (const { seq, blocked } of loaded.first) {
      const patch = this.#changes.executionPatches.get(seq);
      if (!patch?.status || isUnsettled(patch.status)) return { seq, blocked: patch?.blocked ?? blocked };
    }
    if (loaded.more) throw new NotLoaded((needs) => needs.pair(handler, objectKey, loaded.depth * 8));
    return this.#changes.ofPair(pair).flatMap((seq) => {
      const row = this.execution(seq);
      return row?.ordered && isUnsettled(row.status) ? row : [];
    })[0];
  }

  keepAttempt(execution: number): void {
    this.#changes.keepAttempt(execution);
  }

  replace(event: number, position: number, by: number): void {
    for (const one of this.#of(event))
      if (one.position === position) this.#changes.changeExecution(one.seq, { replayedAs: by });
  }

  keepAsker(execution: number, by: string): void {
    this.#changes.defer({ what: 'asker', execution, by });
  }

  failureGroup(handler: string, code: number | null, error: string): number {
    const group = this.#groups.of(handler, code, error);
    if (!this.#groups.isKept(group)) this.#changes.groups.set(group.id, group);
    return group.id;
  }

  markStale(handler: string, objectKey: string): void {
    const isMeant = (row: LoadedExecution | undefined): row is LoadedExecution =>
      row?.handler.id === handler && row.objectKey === objectKey;
    const stored = [...this.#loaded.executions.values()].filter(isMeant).map(({ seq }) => seq);
    for (const seq of [...stored, ...this.#changes.ofPair(pairOf(handler, objectKey))]) {
      const row = this.execution(seq);
      if (row && (row.status === 'parked' || (row.ordered && isUnsettled(row.status))))
        this.#changes.changeExecution(seq, { stale: true });
    }
    this.#changes.defer({ what: 'markStale', handler, objectKey, without: stored });
  }

  renew(handler: string): void {
    this.#changes.defer({ what: 'renew', handler });
  }

  claimProbe(handler: string, at: number, last: number): Probing {
    const known = this.found({ what: 'probe', handler, at, me: this.#members.id }) as Probed | null;
    // What is not written yet nobody else tries; what another one has closed needs no try any more.
    if (known === null) return { elsewhere: false, last, at };
    return { elsewhere: !known.claimed, last: known.probed ?? last, at: known.probedAt ?? at };
  }

  keepProbe(handler: string, execution: number | null): void {
    this.#changes.defer({ what: 'keepProbe', handler, execution });
  }

  parkedDue(handler: string, at: number, limit: number): readonly ParkedRow[] {
    const found = this.#startable({ what: 'parkedDue', handler, at, limit });
    return found.filter(({ seq, dueAt }) => dueAt !== null && dueAt <= at && !this.execution(seq)?.blocked);
  }

  parkedAfter(handler: string, after: number, otherThan: string | null): ParkedRow | undefined {
    const found = this.#startable({ what: 'parkedAfter', handler, after, otherThan });
    return found.find(({ seq }) => !this.execution(seq)?.blocked);
  }

  parkedOf(handler: string, limit: number): readonly ParkedRow[] {
    return this.#parkedRows({ what: 'parkedOf', handler, limit });
  }

  parkedStale(handler: string, limit: number): readonly ParkedRow[] {
    return this.#parkedRows({ what: 'parkedStale', handler, limit });
  }

  /** Once they are started, it will be asked what is due next. */
  #startable(search: Search & { readonly handler: string }): readonly ParkedRow[] {
    const { handler } = search;
    const without = (this.found(search) as readonly ParkedRow[]).map(({ seq }) => seq).sort((a, b) => a - b);
    return this.#parkedRows(search, (needs) => needs.search({ what: 'nextDueAt', handler, without }));
  }

  /**
   * Those that a search has found and that are parked still, now that their lanes are locked.
   * @param also what will be needed with them
   */
  #parkedRows(search: Search, also?: (needs: Needs) => void): readonly ParkedRow[] {
    const found = this.found(search) as readonly ParkedRow[];
    this.#expect(
      found.map(({ event }) => event),
      also,
    );
    return found.flatMap(({ seq }) => this.parked(seq) ?? []);
  }

  parked(execution: number): ParkedRow | undefined {
    const row = this.execution(execution);
    if (row?.status !== 'parked') return undefined;
    const { seq, event, handler, attempts, nextAttemptAt } = row;
    return { seq, event, handler: handler.id, attempts, dueAt: nextAttemptAt };
  }

  nextDueAt(handler: string): number | null {
    const changed = [...this.#changes.executionPatches.keys()].sort((a, b) => a - b);
    const stored = this.found({ what: 'nextDueAt', handler, without: changed }) as number | null;
    const own = changed.flatMap((seq) => {
      const row = this.execution(seq);
      const waits = row?.status === 'parked' && row.handler.id === handler && !row.blocked;
      return waits && row.nextAttemptAt !== null ? row.nextAttemptAt : [];
    });
    const times = stored === null ? own : [stored, ...own];
    return times.length === 0 ? null : Math.min(...times);
  }

  objectOf(execution: number): string | undefined {
    // Nothing was tried yet.
    return execution === 0 ? undefined : this.execution(execution)?.objectKey;
  }
}

function inChain(row: LoadedExecution): StoredExecution {
  const known = chainProperties.map((name) => [name, row[name]]);
  return { ...Object.fromEntries(known), handler: row.handler };
}

/** Nothing of it waits, so that it may be pruned. */
function isSettled(at: Stage): boolean {
  return at > stage.parked;
}

function deeper(objectKey: string, depth: number): NotLoaded {
  return new NotLoaded((needs: Needs) => needs.lane(objectKey, Math.max(usualDepth, depth) * 8));
}
