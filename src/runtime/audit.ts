import type { NodeAPI } from 'node-red';
import { isRecord } from '../engine/words/absent.ts';
import { isDryRun, type OperationName } from '../engine/words/operation.ts';
import { codeOf } from './http/answer.ts';

/** What can be changed: by an operation, or by what only the admin API does. */
export type ChangeName = OperationName | 'fire' | 'backup' | 'reach-targets';

/** A change that somebody asks for. */
export interface Change {
  readonly name: ChangeName;
  /** Ids: of the registry, and of what in it is meant. */
  readonly about: Readonly<Record<string, string>>;
  /** Who asks; null when nobody knows. */
  readonly by: string | null;
  /** Its parameters as they were sent. Nothing of them is told but the status that something was switched to. */
  readonly given: unknown;
}

/** As Node-RED has it. */
const auditLevel = 98;

type Log = Pick<NodeAPI['log'], 'audit'>;

/**
 * Has a change carried out, and tells Node-RED's audit log of it, as Node-RED does of its own: also when it was refused
 * or has failed. What only counts changes nothing, and is not told.
 * @param changeOf asked when it is over, and more is known of it
 * @param req the request that asked for it: its user, path and address are told
 */
export async function audited<T>(
  log: Log,
  changeOf: () => Change,
  work: () => T | Promise<T>,
  req?: object,
): Promise<T> {
  try {
    const done = await work();
    tell(log, changeOf(), undefined, req);
    return done;
  } catch (error) {
    tell(log, changeOf(), codeOf(error), req);
    throw error;
  }
}

function tell(log: Log, { name, about, by, given }: Change, error: string | undefined, req?: object): void {
  if (isDryRun(name, given)) return;
  // An audit entry is named by its `event`.
  const { event: eventId, ...ids } = about;
  const entry = {
    event: `provisioning.${name}`,
    ...ids,
    ...(eventId !== undefined && { eventId }),
    ...(error === undefined && name === 'switch' && isRecord(given) && { status: given['status'] }),
    by,
    ...(error !== undefined && { error }),
  };
  log.audit({ level: auditLevel, ...entry }, req);
}
