import { InvalidInput } from './errors.ts';

/** Of an HTTP handler's call, and of a request to the intake. */
export const hopsHeader = 'provisioning-hops';

/** A chain of handlers that call this Node-RED again for each other's events is longer than this by mistake only. */
const mostHops = 16;

/**
 * How many calls of handlers, each for the event before, have led to a request or message that says so; 0 where it
 * says nothing.
 * @param field that says it
 * @throws InvalidInput when it is no count, or so large that handlers call each other in a circle
 */
export function parseHops(field: string, said: unknown): number {
  if (said === undefined) return 0;
  const refuse = (message: string) => new InvalidInput('event', [{ field, message }]);
  const hops = typeof said === 'string' && /^\d{1,9}$/.test(said) ? Number(said) : said;
  if (typeof hops !== 'number' || !Number.isSafeInteger(hops) || hops < 0)
    throw refuse(
      'must be a whole number of hops, as a handler gets it: send it on as it came, or leave it out',
    );
  if (hops > mostHops)
    throw refuse(
      `is ${hops}, and may be ${mostHops} at most: handlers lead to events that they are called for again, in a circle; let the handler send nothing for an event that it has caused`,
    );
  return hops;
}
