import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteJournal } from '../../../src/engine/store/sqlite/sqlite-journal.ts';
import { anEvent, aPass, aTake, succeeded } from '../../engine/store/store-contract.ts';
import { type Asked, type Entry, type Story, storyOf } from './diary.ts';
import { contentOf, openedAt, PlainJournal } from './plain-journal.ts';

/**
 * Opens a journal that somebody left who wrote a diary, and looks whether it has all that was answered, and of what was
 * not, each operation wholly or not at all; then, whether it goes on.
 * @param disk it was to blame for what was refused: the last of that may be there all the same
 * @returns how many operations were answered
 */
export async function assertIsSound(
  folder: string,
  diary: readonly Entry[],
  disk: 'sound' | 'at fault',
): Promise<number> {
  const journal = await SqliteJournal.open(folder, { now: openedAt });
  try {
    assert.equal(journal.notice, null);
    const answered = assertIsWhole(stored(folder, contentOf), diary, disk);
    await assertGoesOn(journal);
    return answered;
  } finally {
    await journal.close();
    assert.equal(stored(folder, integrity), 'ok');
  }
}

function stored<T>(folder: string, read: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true, timeout: 5000 });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

function integrity(db: DatabaseSync): string {
  return db
    .prepare('pragma integrity_check')
    .all()
    .map((row) => String(Object.values(row)[0]))
    .join('; ');
}

function assertIsWhole(content: string, diary: readonly Entry[], disk: 'sound' | 'at fault'): number {
  const story = storyOf(diary);
  const lastSure = story.findLastIndex((part) => part.fate === 'opened' || part.fate === 'answered');
  const sure = story.slice(0, lastSure + 1);
  const unsure = story.slice(lastSure + 1).filter((part) => part.fate !== 'opened');
  const contentWith = (more: readonly Asked[]) => {
    const plain = new PlainJournal();
    assertAnswersOf(plain, sure);
    for (const { operation } of more) plain.carryOut([operation]);
    const whole = plain.contentOnceReopened();
    plain.close();
    return whole;
  };
  const nearest = { differences: [] as readonly string[], more: -1 };
  for (const more of [[], ...(disk === 'sound' ? beginningsOf(unsure) : refusedIn(story))]) {
    const found = differencesOf(content, contentWith(more));
    if (nearest.more < 0 || found.length < nearest.differences.length)
      Object.assign(nearest, { differences: found, more: more.length });
    if (found.length === 0) break;
  }
  const { differences, more } = nearest;
  const what = `what was answered, and ${more} of ${unsure.length} that were not, differ`;
  assert.equal(differences.length, 0, [what, ...differences.slice(0, 10)].join('\n'));
  return sure.filter((part) => part.fate === 'answered').length;
}

/** The answers are those that the journal in memory gives. */
function assertAnswersOf(plain: PlainJournal, story: Story): void {
  for (const part of story) {
    if (part.fate === 'opened') plain.reopen(part.given);
    else if (part.fate === 'answered') {
      const [result] = plain.carryOut([part.operation]);
      const isTimed = part.operation.name === 'prune';
      if (!isTimed)
        assert.deepEqual(
          asWritten(result && 'value' in result && result.value),
          asWritten(part.answer),
          part.operation.name,
        );
    }
  }
}

function asWritten(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

/** All first: mostly it is that. */
function beginningsOf<T>(all: readonly T[]): T[][] {
  return all.map((_, index) => all.slice(0, all.length - index));
}

/**
 * What may be there of the last commit that failed: those that were refused with it, or one that was tried by itself.
 * What was answered later has written nothing.
 */
function refusedIn(story: Story): Asked[][] {
  const runs = story.reduce<Asked[][]>(
    (all, part) => {
      if (part.fate === 'refused' || part.fate === 'open') all.at(-1)?.push(part);
      else if (all.at(-1)?.length !== 0) all.push([]);
      return all;
    },
    [[]],
  );
  return runs.reverse().flatMap((run) => [...beginningsOf(run).reverse(), ...run.map((one) => [one])]);
}

/** Lines that only one of them has. */
function differencesOf(content: string, other: string): string[] {
  if (content === other) return [];
  const only = (text: string, known: string, mark: string) => {
    const lines = new Set(known.split('\n'));
    return text
      .split('\n')
      .filter((line) => !lines.has(line))
      .map((line) => mark + line);
  };
  return [...only(content, other, 'left: '), ...only(other, content, 'expected: ')];
}

async function assertGoesOn(journal: SqliteJournal): Promise<void> {
  const accepted = await journal.accept([anEvent('one more')], 1);
  assert.ok(accepted.outcome === 'accepted');
  const event = accepted.events[0]?.seq ?? 0;
  const taken = await journal.take(aTake(event));
  assert.ok(taken.outcome === 'taken');
  const change = succeeded(taken.chain[0] ?? 0);
  const ended = await journal.endTurn({
    event,
    change,
    pass: aPass({ plain: true }),
    at: openedAt,
    emit: false,
  });
  assert.equal(ended.stage, 7);
}
