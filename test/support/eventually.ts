import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until `probe` gives something other than undefined, null or false, and returns that.
 * @throws the probe's last error, or that `what` did not come about within `ms`
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  ms = 10_000,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = Date.now() + ms;
  for (;;) {
    let failure: unknown;
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false)
        return value as Exclude<T, undefined | null | false>;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${ms} ms`, { cause: failure });
    await sleep(25);
  }
}
