import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Entry, readDiary } from '../support/journal-faults/diary.ts';
import { Disk } from '../support/journal-faults/disk.ts';
import { assertIsSound } from '../support/journal-faults/left-journal.ts';
import { randomOf } from '../support/journal-faults/random.ts';
import {
  type Boundary,
  boundariesIn,
  canTrace,
  type Effect,
  effectsIn,
  type Injection,
  lateSyncsIn,
  traceUser,
} from '../support/journal-faults/system-calls.ts';
import { startUser, type UserOptions } from '../support/journal-faults/users.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Which places, and which rounds, are tried. */
const seed = Number(process.env['JOURNAL_SEED'] ?? Date.now() % 10_000);
/** So many of each kind of call; Infinity: all. */
const some = Number(process.env['JOURNAL_FAULTS'] ?? 2);
const rounds = Number(process.env['JOURNAL_ROUNDS'] ?? 6);
const isByHand = process.env['JOURNAL_FAULTS'] !== undefined || process.env['JOURNAL_ROUNDS'] !== undefined;

/** What is tried with journals: a first use, and one that follows on a kill. */
const uses = ['first', 'later'] as const;

describe(`what a journal has answered for (JOURNAL_SEED=${seed})`, function () {
  this.timeout(isByHand ? 0 : 60_000);
  const parent = temporaryFolder('journal-writes-');
  const tried = { places: 0, answered: 0 };
  let count = 0;

  after(() => {
    if (isByHand) console.log(`${tried.places} tried, ${tried.answered} operations answered`);
  });

  /** A place for a journal: an empty one, or what a kill has left of an earlier use. */
  function newPlace(use: (typeof uses)[number]): Pick<UserOptions, 'folder' | 'diary'> {
    count += 1;
    const place = join(parent, String(count));
    if (use === 'later') cpSync(join(parent, 'earlier'), place, { recursive: true });
    else {
      mkdirSync(join(place, 'registry'), { recursive: true });
      writeFileSync(join(place, 'diary'), '');
    }
    return { folder: join(place, 'registry'), diary: join(place, 'diary') };
  }

  /** Tries something that leaves a journal, which must be sound; then it is gone. */
  async function leaves(
    what: string,
    { folder, diary }: Pick<UserOptions, 'folder' | 'diary'>,
    disk: Parameters<typeof assertIsSound>[2],
    entries: readonly Entry[] = readDiary(diary),
  ): Promise<void> {
    try {
      tried.answered += await assertIsSound(folder, entries, disk);
    } catch (error) {
      throw new Error(`${what}, in ${folder}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
    tried.places += 1;
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }

  before(async () => {
    const place = newPlace('first');
    await startUser({ ...place, seed: seed + 1, length: 20, ahead: 3, closes: false }).ended;
    cpSync(join(place.folder, '..'), join(parent, 'earlier'), { recursive: true });
  });

  describe('at each system call that writes', () => {
    before(function () {
      if (canTrace()) return;
      console.log('strace is not there, or may not trace: calls can not be made to fail');
      this.skip();
    });

    for (const use of uses) {
      describe(`of a ${use} use`, () => {
        const load = { seed, length: 40, ahead: 3, closes: true };
        const careful = { ...load, ahead: 1, closes: false };
        let boundaries: readonly Boundary[];
        let lateSyncs: readonly Boundary[];

        before(async () => {
          const log = join(parent, `${use}.log`);
          await traceUser({ ...newPlace(use), ...load }, undefined, log);
          boundaries = boundariesIn(log);
          await traceUser({ ...newPlace(use), ...careful }, undefined, log);
          lateSyncs = lateSyncsIn(log);
        });

        it('is there after a kill', async () => {
          for (const boundary of chosen(boundaries)) {
            const place = newPlace(use);
            await traceUser({ ...place, ...load }, { ...boundary, effect: 'signal=KILL' });
            await leaves(`killed at ${textOf(boundary)}`, place, 'sound');
          }
        });

        it('is there after a write or a sync that failed, and nothing that was refused is answered for', async () => {
          for (const fault of faultsAt(chosen(boundaries))) {
            const place = newPlace(use);
            await traceUser({ ...place, ...careful, closes: fault.closes }, fault);
            const entries = readDiary(place.diary);
            const refused = refusedByDisk(entries, textOf(fault));
            // Each thread counts its calls: an opening that fails does so whenever it is tried again.
            const answered = entries.filter(([kind]) => kind === 'answered').length;
            if (fault.to !== 'ever') assert.ok(refused <= answered, `${textOf(fault)}: it does not go on`);
            await leaves(textOf(fault), place, 'at fault', entries);
          }
        });

        it('is there after the power failed, whatever of what was not synced is on the disk', async () => {
          await cutPower(use, load, undefined, (effects) => {
            const every = Math.ceil(effects.length / (some * 4)) || 1;
            return Array.from(effects.keys()).filter((index) => index % every === seed % every);
          });
        });

        it('is there after a sync failed, was tried again, and the power failed then', async () => {
          const syncs = boundaries.filter(({ call, thread }) => /sync/.test(call) && thread === 'each');
          for (const sync of [...lateSyncs.slice(0, 1), ...(isByHand ? chosen(syncs) : [])]) {
            await cutPower(use, careful, { ...sync, effect: 'error=EIO' }, (effects) => {
              const failed = effects.filter((effect) => effect.kind === 'sync' && effect.fails);
              // SQLite goes on where the folder can't be synced.
              if (failed.some((effect) => !/sqlite/.test(effect.kind === 'sync' ? effect.file : '')))
                return [];
              const first = failed[0] ? effects.indexOf(failed[0]) : effects.length;
              return [10, 30, 60, 100, 150].map((later) => first + later);
            });
          }
        });
      });
    }
  });

  /** Uses a journal, and looks at what may be left where the power fails after these of the effects. */
  async function cutPower(
    use: (typeof uses)[number],
    load: Omit<UserOptions, 'folder' | 'diary'>,
    injection: Injection | undefined,
    placesIn: (effects: readonly Effect[]) => Iterable<number>,
  ): Promise<void> {
    const random = randomOf(seed);
    const place = newPlace(use);
    const disk = new Disk(place.folder, { sector: random() < 0.5 ? 512 : 4096, random });
    let told = readDiary(place.diary).length;
    const log = join(parent, 'power.log');
    await traceUser({ ...place, ...load }, injection, log);
    const entries = readDiary(place.diary);
    const effects = effectsIn(log);
    const places = new Set(placesIn(effects));
    for (const [index, effect] of effects.entries()) {
      disk.apply(effect);
      if (effect.kind === 'told') told += 1;
      if (!places.has(index)) continue;
      count += 1;
      const folder = join(parent, String(count), 'registry');
      mkdirSync(join(folder, '..'));
      disk.leaveTo(folder);
      const left = { folder, diary: place.diary };
      const what = `power failed after call ${index}${injection ? `, ${textOf(injection)}` : ''}`;
      await leaves(what, left, injection ? 'at fault' : 'sound', entries.slice(0, told));
    }
  }

  it('is there after a kill at any time of any use', async () => {
    const random = randomOf(seed);
    for (let round = 0; round < rounds; round += 1) {
      const place = newPlace(random() < 0.5 ? 'first' : 'later');
      const load = { seed: seed + round, length: 200, ahead: 1 + Math.floor(random() * 4), closes: true };
      const user = startUser({ ...place, ...load });
      if (random() < 0.9) await user.isOpen;
      await sleep(random() * 300);
      user.kill();
      await user.ended;
      await leaves(`killed in round ${round}`, place, 'sound');
    }
  });
});

/** All, or some of each kind of call: others with another seed. */
function chosen(boundaries: readonly Boundary[]): Boundary[] {
  const kinds = Map.groupBy(boundaries, ({ call }) => call);
  return [...kinds.values()].flatMap((all) => {
    const every = Math.ceil(all.length / some) || 1;
    return all.filter((_, index) => index % every === seed % every);
  });
}

interface Fault extends Injection {
  readonly closes: boolean;
}

/** What fails there, and for how long: in turn, one after the other. */
function faultsAt(boundaries: readonly Boundary[]): Fault[] {
  const failing = boundaries.filter(({ call }) => call !== 'unlink');
  return failing.map((boundary, index) => {
    const turn = index + seed;
    const to = [undefined, boundary.from + 3, 'ever' as const][turn % 3];
    const effect = turn % 2 === 0 ? 'error=EIO' : 'error=ENOSPC';
    return { ...boundary, effect, closes: turn % 4 < 2, ...(to !== undefined && { to }) };
  });
}

function textOf(injection: Boundary & Partial<Injection>): string {
  return JSON.stringify(injection);
}

/** How many operations the disk did not take, which was said so. What nobody could keep was asked for so. */
function refusedByDisk(entries: readonly Entry[], where: string): number {
  const asked = new Map(
    entries.flatMap((entry) => (entry[0] === 'asked' ? [[entry[1], entry[2]] as const] : [])),
  );
  return entries.filter((entry) => {
    if (entry[0] !== 'refused') return false;
    const [, number, name, message] = entry;
    const isBroken = JSON.stringify(asked.get(number)).includes('"payload":null');
    const isOfDisk = name === 'Unavailable' && /the disk is full|can not be written/.test(message);
    assert.ok(isOfDisk || (isBroken && name === 'WriteRefused'), `${where}: ${name}: ${message}`);
    return isOfDisk;
  }).length;
}
