import { environmentAt, type Process } from './processes.ts';

/** Never a part of what a script started: the system's first process, this one, and whoever started it. */
function isStranger({ pid }: Process): boolean {
  return pid <= 1 || pid === process.pid || pid === process.ppid;
}

/** A process that was found before, be it gone. With an empty start it is whoever has its process id. */
export type Known = Pick<Process, 'pid' | 'group' | 'start'> & { readonly session?: number | undefined };

/**
 * Of all processes those that are known, that descend from them, or that are of a group or session of theirs. The
 * first of them leads a group and a session of its own, as everybody who starts another one does.
 */
export function membersOf(all: readonly Process[], known: Iterable<Known>): readonly Process[] {
  const byPid = new Map(all.map((one) => [one.pid, one]));
  const knownByPid = new Map(Array.from(known, (one) => [one.pid, one]));
  const own = byPid.get(process.pid);
  const found = new Set(all.filter((one) => isKnown(one, knownByPid)));
  const [groups, sessions] = [new Set<number>(), new Set<number | undefined>()];
  const learn = ({ group, session }: Known): void => {
    if (group > 1 && group !== own?.group) groups.add(group);
    if (session !== undefined && session !== own?.session) sessions.add(session);
  };
  // Groups and sessions outlive those who were known of them; the id of one that is over may be given anew.
  const isLedByOther = ({ group, session }: Known): boolean =>
    [byPid.get(group), byPid.get(session ?? group)].some((leader) => leader && !found.has(leader));
  for (const one of knownByPid.values()) if (!isLedByOther(one)) learn(one);
  for (const one of found) learn(one);
  const isFound = (one: Process | undefined): boolean => one !== undefined && found.has(one);
  const isMember = ({ parent, group, session }: Process): boolean =>
    isFound(byPid.get(parent)) || groups.has(group) || sessions.has(session);
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const one of all) {
      if (found.has(one) || isStranger(one) || !isMember(one)) continue;
      found.add(one);
      learn(one);
    }
  }
  return [...found];
}

/** Whether a process is among those who are known. */
export function isKnown({ pid, start }: Process, byPid: ReadonlyMap<number, Known>): boolean {
  const known = byPid.get(pid);
  return known !== undefined && (known.start === start || known.start === '');
}

/** What tells the processes of one run from all others where neither parent, group nor session does. */
export interface Marks {
  /** Variables of their environment, as `NAME=value`. */
  readonly variables: readonly string[];
  /** When the first of them was started: what is older belongs to an earlier run. */
  readonly since: string;
}

/**
 * Of those who are not known as members those that carry the marks and are nobody's child any more. When the same attempt
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
