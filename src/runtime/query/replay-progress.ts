import type { Engine } from '../../engine/engine.ts';
import type { ReplayRow } from '../../engine/store/log/bulk.ts';

/** Ms between two looks. */
const pause = 1000;

/** Tells how far the bulk replay that was begun last has come, until it is over. @returns what ends it */
export function followReplay(engine: Engine, tell: (replay: ReplayRow) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let followed: number | undefined;
  let ended = false;

  async function look(): Promise<void> {
    const replays = await (await engine.log()).replays();
    const replay = followed === undefined ? replays[0] : replays.find(({ id }) => id === followed);
    if (ended || !replay) return;
    followed = replay.id;
    tell(replay);
    if (replay.status === 'running') lookLater();
  }

  function lookLater(): void {
    // While the journal can't be read, nobody knows; it goes on once it can.
    timer = setTimeout(() => void look().catch(() => !ended && lookLater()), pause).unref();
  }

  void look().catch(lookLater);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
