import type { Override } from '../words/admin-answers.ts';
import type { Context } from './context.ts';
import type { FirstPasses } from './first-passes.ts';
import type { Parked } from './parked.ts';
import type { Publisher } from './publisher.ts';
import type { Switching } from './switches.ts';

interface Options extends Context {
  readonly parked: Parked;
  readonly firstPasses: FirstPasses;
  readonly publisher: Publisher;
}

/** Switches, and what follows from them: what waited for one goes on, whether or not it can be saved (rule 9). */
export function switchingOn({ registry, parked, firstPasses, publisher, onError }: Options) {
  /**
   * Switches a handler, in force at once.
   * @param until when it ends by itself, in ms since the epoch
   * @throws NotFound, Conflict for an archived handler or an end of what has none, InvalidInput for an end that has
   * passed, or Unavailable when it can not be saved: it is in force all the same
   */
  function handler(
    id: string,
    status: Override['status'],
    by: string | null,
    reason: string | null,
    until: number | null = null,
  ): Promise<void> {
    const saved = registry.switch(id, status, { by, reason, until });
    follow([id]);
    return saved;
  }

  /** Holds the registry as a whole, in force at once. @throws InvalidInput or Unavailable, as for a handler */
  function hold(switching: Switching): Promise<void> {
    const saved = registry.holdAll(switching);
    publisher.tellSwitch();
    return saved;
  }

  /** Ends that: what waited runs. @throws Unavailable when it can not be saved: it is in force all the same */
  function release(): Promise<void> {
    const saved = registry.releaseAll();
    follow(registry.list().map(({ config }) => config.id));
    return saved;
  }

  /** The time of a switch is over. What can not be saved is judged anew at the next start. */
  function endThoseOver(): void {
    const { ended, saved } = registry.endSwitches();
    saved.catch(onError);
    follow(ended);
  }

  /** Another instance has switched something, which is in the handler book. */
  function followOthers(): void {
    follow(registry.judgeAnew());
  }

  function follow(handlers: readonly string[]): void {
    for (const id of handlers) parked.recheck(id);
    firstPasses.look();
    publisher.tellSwitch();
  }

  return { handler, hold, release, endThoseOver, followOthers };
}
