/** How bad what was found is, worst first. A notice is for somebody to know of, and wants nothing done. */
export const findingLevels = ['error', 'warning', 'notice', 'ok'] as const;
export type FindingLevel = (typeof findingLevels)[number];

interface Named {
  readonly id: string;
  readonly name: string;
}

/** What a check has found, before it is put into words. */
export interface Sign {
  /** What was looked at, such as `folder`. */
  readonly check: string;
  /** What is so, such as `unwritable`; with `check` it is the key of its texts. */
  readonly sign: string;
  readonly level: FindingLevel;
  /** A path, a script, a node, or the host and port of an address; null: the whole. */
  readonly subject: string | null;
  readonly registry: Named | null;
  readonly handler: (Named & { readonly number: number | null }) | null;
  /** What its texts are filled in with. */
  readonly values: Readonly<Record<string, string | number>>;
}

/** One thing that the doctor has to say, in English. */
export interface Finding extends Sign {
  readonly found: string;
  /** What to do; null where there is nothing to do. */
  readonly remedy: string | null;
}

/** What the doctor answers. */
export interface Diagnosis {
  /** ISO 8601 in UTC. */
  readonly checkedAt: string;
  readonly counts: Readonly<Record<FindingLevel, number>>;
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** Ids of the handlers whose targets are reached when it is asked for. */
  readonly targets: readonly string[];
}
