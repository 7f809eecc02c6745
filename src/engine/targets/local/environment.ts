import type { LocalHandler } from '../../handler.ts';
import type { Call } from '../target.ts';

const inherited = ['PATH', 'HOME', 'LANG', 'TZ'];

/**
 * All that a script finds in its environment: `PATH`, `HOME`, `LANG` and `TZ` of Node-RED, the handler's own
 * variables, which may replace them, and, when it is started for one call, `PROVISIONING_…`, which nothing replaces.
 */
export function environmentOf({ environment }: LocalHandler, call?: Call): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) variables[name] = value;
  }
  for (const { name, value } of environment) variables[name] = value;
  return call === undefined ? variables : Object.assign(variables, variablesOf(call));
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
