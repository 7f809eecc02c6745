import { passed, type Time } from '../words/time.ts';
import { BatchSize } from './batch-size.ts';

/** How work of one key is pulled now. */
export interface Pull {
  /** Ms until it may be asked for; 0: now. */
  readonly waitMs: number;
  /** How much of it may begin; with none, whoever frees a slot calls `look`. */
  readonly slots: number;
  /**
   * Reserves the slots, asks the journal for so much work, begins what comes, and gives back what is left.
   * @returns how much came, and when more may be had: ms since the epoch, null when there is none
   */
  readonly pull: (slots: number) => Promise<Pulled>;
}

export interface Pulled {
  readonly got: number;
  readonly nextAt: number | null;
}

interface Options {
  readonly time: Time;
  /** Work asked for at a time, at most. */
  readonly most: number;
  /**
   * How work of this key is pulled; undefined: not before `look` is called again.
   * @param dueAt when the next of it is due; ms since the epoch
   */
  readonly plan: (key: string, dueAt: number) => Pull | undefined;
  readonly onError: (error: unknown) => void;
}

/** What is known of the work of one key. */
interface Known {
  /** How much to ask for. */
  readonly batchSize: BatchSize;
  /** It is asked for: what is told meanwhile is not in the answer. */
  asking: boolean;
  cancelTimer: (() => void) | undefined;
}

/** How long to wait before a journal that failed is asked again, in ms. */
const journalPause = 1000;
/** The longest that a timer is set for, in ms: a longer one would fire at once. */
const longestTimer = 60 * 60 * 1000;

/**
 * Pulls work out of the journal when it is due and there is room for it. Keys take turns; of each, one request is on
 * its way at a time, and it asks for as much as has been there lately.
 */
export function pullerOn({ time, most, plan, onError }: Options) {
  const allKnown = new Map<string, Known>();
  /** When the next work of a key is due, of those that have some; who was asked last comes last. */
  const dueTimes = new Map<string, number>();

  /** Whether work of this key waits in the journal that has not been asked for. */
  function waits(key: string): boolean {
    return dueTimes.has(key);
  }

  /** There is work of this key, due at `at` (ms since the epoch; 0: now). */
  function wake(key: string, at = 0): void {
    expect(key, at);
    look(key);
  }

  /** What keeps work waiting may have changed: there is room again, or somebody may be called again. */
  function look(key: string): void {
    const dueAt = dueTimes.get(key);
    if (dueAt === undefined) return;
    const known = knownOf(key);
    if (known.asking) return;
    const pull = plan(key, dueAt);
    if (!pull) return;
    if (pull.waitMs > 0) return lookIn(known, key, pull.waitMs);
    const slots = Math.min(pull.slots, known.batchSize.size);
    if (slots > 0) void ask(known, key, dueAt, slots, pull);
  }

  /** The same for every key that has work. */
  function lookAll(): void {
    for (const key of [...dueTimes.keys()]) look(key);
  }

  async function ask(known: Known, key: string, dueAt: number, slots: number, { pull }: Pull): Promise<void> {
    known.asking = true;
    dueTimes.delete(key);
    try {
      const { got, nextAt } = await pull(slots);
      known.batchSize.learn(got, slots);
      if (nextAt !== null) expect(key, nextAt);
    } catch (error) {
      onError(error);
      expect(key, dueAt);
      await passed(time, journalPause);
    }
    known.asking = false;
    look(key);
  }

  function expect(key: string, at: number): void {
    dueTimes.set(key, Math.min(dueTimes.get(key) ?? at, at));
  }

  function lookIn(known: Known, key: string, ms: number): void {
    known.cancelTimer?.();
    known.cancelTimer = time.after(Math.min(ms, longestTimer), () => {
      known.cancelTimer = undefined;
      look(key);
    });
  }

  function knownOf(key: string): Known {
    const known = allKnown.get(key);
    if (known) return known;
    const made: Known = {
      batchSize: new BatchSize(most),
      asking: false,
      cancelTimer: undefined,
    };
    allKnown.set(key, made);
    return made;
  }

  return { waits, wake, look, lookAll };
}
