import { randomUUID } from 'node:crypto';
import type { LocalHandler } from '../../words/handler.ts';
import type { Call } from '../target.ts';

const inherited = ['PATH', 'HOME', 'LANG', 'TZ'];

/**
 * All that a script finds in its environment: `PATH`, `HOME`, `LANG` and `TZ` of Node-RED, the handler's own
 * variables, which may replace them, and `PROVISIONING_…`, which nothing replaces: of the call that it is started for, or
 * else an id of its own.
 */
export function environmentOf({ environment }: LocalHandler, call?: Call): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) variables[name] = value;
  }
  for (const { name, value } of environment) variables[name] = value;
  return Object.assign(variables, call ? variablesOf(call) : { PROVISIONING_RESIDENT_ID: randomUUID() });
}

const telling = ['PROVISIONING_WEBHOOK_ID', 'PROVISIONING_ATTEMPT', 'PROVISIONING_RESIDENT_ID'];

/** What tells the processes of one run from all others, as `NAME=value`; nothing in an environment from elsewhere. */
export function marksOf(environment: Readonly<Record<string, string>>): readonly string[] {
  return telling.filter((name) => name in environment).map((name) => `${name}=${environment[name]}`);
}

function variablesOf({ eventType, eventId, objectId, attempt, webhookId }: Call): Record<string, string> {
  return {
    PROVISIONING_EVENT_TYPE: eventType,
    PROVISIONING_EVENT_ID: eventId,
    PROVISIONING_OBJECT_ID: objectId,
    PROVISIONING_ATTEMPT: String(attempt),
    PROVISIONING_WEBHOOK_ID: webhookId,
  };
}
