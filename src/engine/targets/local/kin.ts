import { environmentAt, type Process } from './processes.ts';

/** Never a part of what a script started: the system's first process, this one, and whoever started it. */
function isStranger({ pid }: Process): boolean {
  return pid <= 1 || pid === process.pid || pid === process.ppid;
}

/**
 * Of all processes those that are `seeds`, that descend from them, or that are of a group or session of theirs. The
 * first of them leads a group and a session of its own, as everybody who starts another one does.
 */
export function kinOf(all: readonly Process[], seeds: readonly Process[]): readonly Process[] {
  const own = all.find(({ pid }) => pid === process.pid);
  const found = new Set(seeds);
  const [pids, groups, sessions] = [new Set<number>(), new Set<number>(), new Set<number | undefined>()];
  const learn = ({ pid, group, session }: Process): void => {
    pids.add(pid);
    if (group > 1 && group !== own?.group) groups.add(group);
    if (session !== undefined && session !== own?.session) sessions.add(session);
  };
  for (const seed of seeds) learn(seed);
  const isKin = (other: Process): boolean =>
    pids.has(other.parent) || groups.has(other.group) || sessions.has(other.session);
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const other of all) {
      if (found.has(other) || isStranger(other) || !isKin(other)) continue;
      found.add(other);
      learn(other);
    }
  }
  return [...found];
}

/** What tells the processes of one run from all others where neither parent, group nor session does. */
export interface Marks {
  /** Variables of their environment, as `NAME=value`. */
  readonly variables: readonly string[];
  /** When the first of them was started: what is older belongs to an earlier run. */
  readonly since: string;
}

/**
 * Of those who are not known as kin those that carry the marks and are nobody's child any more. When the same attempt
 * is made once more, after a crash, those that may be of that run are left to it.
 */
export async function orphansOf(
  others: readonly Process[],
  { variables, since }: Marks,
): Promise<readonly Process[]> {
  if (variables.length === 0 || since === '') return [];
  const byPid = new Map(others.map((one) => [one.pid, one]));
  const guardians = guardiansOf(byPid);
  const [orphans, firsts]: [Process[], Process[]] = [[], []];
  for (const one of others) {
    if (one.dead || isStranger(one) || Number(one.start) < Number(since)) continue;
    const isOrphan = guardians.has(one.parent);
    // The first of another run leads it, and is the child of whoever has started it.
    if (!isOrphan && one.session !== one.pid) continue;
    const parent = byPid.get(one.parent);
    if (!(await carries(one, variables)) || (parent && (await carries(parent, variables)))) continue;
    (isOrphan ? orphans : firsts).push(one);
  }
  const next = Math.min(...firsts.map(({ start }) => Number(start)));
  return orphans.filter(({ start }) => Number(start) < next);
}

/** Whoever may be given a child whose parent has gone: the first process, or an ancestor that has asked for it. */
function guardiansOf(byPid: ReadonlyMap<number, Process>): ReadonlySet<number> {
  const guardians = new Set([1]);
  for (let pid = process.ppid; pid > 1 && !guardians.has(pid); pid = byPid.get(pid)?.parent ?? 1)
    guardians.add(pid);
  return guardians;
}

async function carries(one: Process, variables: readonly string[]): Promise<boolean> {
  const environment = await environmentAt(one);
  return environment !== undefined && variables.every((variable) => environment.includes(`\0${variable}\0`));
}
