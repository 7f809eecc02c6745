import { setTimeout as delay } from 'node:timers/promises';
import { hasProc, type Process, processes, processOf } from './processes.ts';
import { isKnown, type Known, type Marks, membersOf, orphansOf } from './tree-members.ts';

/** What a tree is given between SIGTERM and SIGKILL, in ms, unless another time is handed in. */
export const graceMs = 2000;
/**
 * How long it is waited for after SIGKILL, in ms. Nobody can refuse, but dying takes a moment; and a dead process
 * that its parent does not look after, as in a container without an init, is listed for ever.
 */
export const dyingMs = 500;
export const pollMs = 25;

/** A tree as it goes from one process to another. */
export interface TreeState {
  readonly known: readonly Known[];
  readonly marks: Marks;
}

/**
 * The processes that a program has started, whatever group or session they have moved to. Who was found once is known
 * by process id and start, so that nobody is hit who was given the id of one that is gone.
 *
 * execa's `killDescendants` reaches the process group: measured, it left somebody of 9 in 13 kinds of scripts, this of
 * none (docs/performance.md).
 */
export class ProcessTree {
  readonly #marks: Marks;
  /** Whom the first look starts from, though it may be gone by then. */
  readonly #root: Known | undefined;
  readonly #known: Map<number, Known>;
  /** Who was there at the last look. */
  #members: readonly Process[] = [];
  /** Groups that have been sent a SIGTERM. */
  readonly #told = new Set<number>();
  #ownGroup: number | undefined;

  constructor({ known, marks }: TreeState, root?: Known) {
    this.#marks = marks;
    this.#root = root;
    this.#known = new Map(known.map((one) => [one.pid, one]));
  }

  /**
   * The tree of a program that leads its own group and session, and whose end this process has not noticed yet.
   * @param variables of its environment that no other run has, as `NAME=value`
   */
  static of(pid: number, variables: readonly string[]): ProcessTree {
    const root = processOf(pid) ?? { pid, group: pid, start: '' };
    return new ProcessTree({ known: [], marks: { variables, since: root.start } }, root);
  }

  /**
   * SIGTERM to all of them, and SIGKILL to whoever is left when their grace is over.
   * @param told is called along with the SIGTERM
   * @param grace between the two, in ms
   * @returns the ids of those that are still not gone 0.5 s after that
   */
  async end(told?: () => void, grace = graceMs): Promise<readonly number[]> {
    this.#terminate(await this.#look());
    told?.();
    const killAt = performance.now() + grace;
    while (performance.now() < killAt) {
      if (!this.#members.some(isRunning)) {
        const late = await this.#look();
        if (late.length === 0) return [];
        this.#terminate(late);
      }
      await delay(pollMs);
    }
    return this.#kill();
  }

  /** SIGTERM to those that are found among `all` without waiting. @returns what it takes to `end` the tree elsewhere */
  terminateNow(all: readonly Process[]): TreeState {
    this.#terminate(this.#welcome(all, membersOf(all, this.#seeds)));
    const known = this.#seeds.map(({ pid, group, session, start }) => ({ pid, group, session, start }));
    return { known, marks: this.#marks };
  }

  async #kill(): Promise<readonly number[]> {
    await this.#look();
    // Who is stopped starts nobody: as soon as a look finds no others, all are known.
    const stopAt = performance.now() + dyingMs;
    for (
      let found = this.#members;
      found.length > 0 && performance.now() < stopAt;
      found = await this.#look()
    )
      for (const { pid } of found) send('SIGSTOP', pid);
    const until = performance.now() + dyingMs;
    for (; this.#members.length > 0 && performance.now() < until; await this.#look()) {
      for (const { pid } of this.#members) send('SIGKILL', pid);
      await delay(pollMs);
    }
    return this.#members.map(({ pid }) => pid);
  }

  /** @returns those that were not known before */
  async #look(): Promise<readonly Process[]> {
    const all = await processes();
    const members = new Set(membersOf(all, this.#seeds));
    const orphans = await orphansOf(
      all.filter((one) => !members.has(one)),
      this.#marks,
    );
    return this.#welcome(all, orphans.length === 0 ? [...members] : membersOf(all, [...members, ...orphans]));
  }

  get #seeds(): readonly Known[] {
    return [...(this.#root ? [this.#root] : []), ...this.#known.values()];
  }

  #welcome(all: readonly Process[], members: readonly Process[]): readonly Process[] {
    this.#members = members.filter(({ dead }) => !dead);
    this.#ownGroup = all.find(({ pid }) => pid === process.pid)?.group;
    const newcomers = this.#members.filter((one) => !isKnown(one, this.#known));
    for (const one of newcomers) this.#known.set(one.pid, one);
    return newcomers;
  }

  /** One SIGTERM for each, by its group if it can be: a second one is an order to hurry for some. */
  #terminate(newcomers: readonly Process[]): void {
    const groups = new Set(
      newcomers.map(({ group }) => group).filter((group) => this.#mayTell(group) && !this.#told.has(group)),
    );
    for (const group of groups) {
      this.#told.add(group);
      send('SIGTERM', -group);
    }
    for (const { pid, group } of newcomers) if (!groups.has(group)) send('SIGTERM', pid);
  }

  #mayTell(group: number): boolean {
    return group > 1 && this.#ownGroup !== undefined && group !== this.#ownGroup;
  }
}

function isRunning({ pid, start }: Process): boolean {
  if (!hasProc) return send(0, pid);
  const now = processOf(pid);
  return now !== undefined && !now.dead && now.start === start;
}

/** @returns whether there is such a process, be it one that takes no signal from this user */
function send(signal: NodeJS.Signals | 0, pid: number): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
