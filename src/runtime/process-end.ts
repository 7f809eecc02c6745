/** Signals on which Node-RED stops its flows and ends. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGBREAK'] as const;

let ending = false;

/** Whether the process is about to end: a node's `close` does not tell it from a deploy. */
export function processIsEnding(): boolean {
  return ending;
}

/** Notices them before Node-RED does, whose own listeners close the nodes at once. Call it when Node-RED is up. */
export function watchProcessEnd(): void {
  for (const signal of signals) {
    // Where nobody listens, a signal must keep its own effect.
    if (process.listenerCount(signal) > 0) process.prependListener(signal, note);
  }
  if (process.listenerCount('message') > 0)
    process.prependListener('message', (message) => message === 'shutdown' && note());
}

function note(): void {
  ending = true;
}
