/** Does something so many times, so many of them side by side: the next one as soon as one is done. */
export async function inTurns(
  count: number,
  inFlight: number,
  one: (n: number) => Promise<void>,
): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await one(left);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}
