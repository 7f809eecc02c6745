const waiting: (() => void)[] = [];

/**
 * Resolves for one caller in each turn of the event loop. Starting a process holds up everything else for some
 * milliseconds; many started at once, one after the other, would be felt in the whole of Node-RED.
 */
export function ownTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(admit);
  });
}

function admit(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(admit);
}
