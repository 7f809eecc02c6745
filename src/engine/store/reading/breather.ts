import { setImmediate as yieldToOthers } from 'node:timers/promises';

/** Ms after which others go between. */
const yieldAfter = 10;

/** @returns what lets others go between, when they have not for a while */
export function breather(): () => Promise<void> {
  let yielded = performance.now();
  return async () => {
    if (performance.now() - yielded < yieldAfter) return;
    await yieldToOthers();
    yielded = performance.now();
  };
}
