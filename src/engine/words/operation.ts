import { isRecord } from './absent.ts';

/** What a flow's author may let a query node change. */
export const grants = ['switch', 'replay', 'cancel', 'circuit'] as const;
export type Grant = (typeof grants)[number];

interface OperationKind {
  /** What must be granted; without one it only reads. */
  readonly grant?: Grant;
  /** Names of its parameters, for people; `?`: may be left out. */
  readonly takes: string;
  /** With `dryRun` it only counts. */
  readonly counts?: true;
}

/** What a registry can be asked, and told to do, by the names that a query node knows. */
export const operationKinds = {
  registry: { takes: '' },
  catalogue: { takes: '' },
  handlers: { takes: 'eventType?, type?, status?' },
  executions: {
    takes:
      'ids?, eventType?, handler?, status?, objectId?, eventId?, text?, code?, kind?, minDurationMs?, maxDurationMs?, from?, to?, limit?, cursor?',
  },
  execution: { takes: 'execution' },
  events: { takes: 'ids?, eventType?, status?, objectId?, from?, to?, limit?, cursor?' },
  event: { takes: 'event' },
  stats: { takes: 'from?, to?, step?' },
  failures: { takes: 'from?, to?, step?, handler?, eventType?' },
  replays: { takes: '' },
  switch: { grant: 'switch', takes: 'handler, status, reason?, until?' },
  hold: { grant: 'switch', takes: 'reason?, until?' },
  release: { grant: 'switch', takes: '' },
  'replay-execution': { grant: 'replay', takes: 'execution' },
  'replay-event': { grant: 'replay', takes: 'event' },
  'replay-all': { grant: 'replay', takes: 'filter, dryRun?, ratePerSecond?, upTo?', counts: true },
  'replay-events': { grant: 'replay', takes: 'filter, dryRun?, ratePerSecond?, upTo?', counts: true },
  'deliver-missed': {
    grant: 'replay',
    takes: 'handler, since, until?, dryRun?, ratePerSecond?, cursor?',
    counts: true,
  },
  'stop-replay': { grant: 'replay', takes: 'replay' },
  'cancel-execution': { grant: 'cancel', takes: 'execution' },
  'cancel-all': { grant: 'cancel', takes: 'filter, dryRun?, upTo?, cursor?', counts: true },
  'close-circuit': { grant: 'circuit', takes: 'handler' },
} as const satisfies Record<string, OperationKind>;

export type OperationName = keyof typeof operationKinds;
export const operationNames = Object.keys(operationKinds) as OperationName[];

/** What must be granted for an operation; null: nothing, it only reads. */
export function grantOf(operation: OperationName): Grant | null {
  const kind: OperationKind = operationKinds[operation];
  return kind.grant ?? null;
}

const counting: ReadonlySet<string> = new Set(
  operationNames.filter((name) => 'counts' in operationKinds[name]),
);

/** Whether what is asked with these parameters only counts. */
export function isDryRun(operation: string, given: unknown): boolean {
  return counting.has(operation) && isRecord(given) && given['dryRun'] === true;
}
