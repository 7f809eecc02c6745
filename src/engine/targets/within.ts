import { Deadline } from './deadline.ts';

/**
 * Waits for something, but no longer than `ms`, and whatever comes of it: a rejection is an end too. Time that this
 * process stood still does not count.
 * @returns whether it came about in time; it goes on if not
 */
export function within(ms: number, awaited: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const deadline = new Deadline(ms, () => resolve(false));
    const came = (): void => {
      deadline.end();
      resolve(true);
    };
    awaited.then(came, came);
  });
}
