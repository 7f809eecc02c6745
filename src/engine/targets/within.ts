/**
 * Waits for something, but no longer than `ms`, and whatever comes of it: a rejection is an end too.
 * @returns whether it came about in time; it goes on if not
 */
export function within(ms: number, awaited: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const came = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    awaited.then(came, came);
  });
}
