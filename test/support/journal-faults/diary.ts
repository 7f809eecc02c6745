import { readFileSync } from 'node:fs';
import type { Numbers } from '../../../src/engine/store/sqlite/schema.ts';
import type { Operation } from '../../../src/engine/store/sqlite/writer/protocol.ts';

/** A line of what a process wrote down while it used a journal, each before or after it was done. */
export type Entry =
  /** With what the journal told, and the last numbers that it had given then. */
  | readonly ['opened', string | null, Numbers]
  | readonly ['unopened', string]
  | readonly ['asked', number, Operation]
  | readonly ['answered', number, unknown]
  /** With the name of the error, and what it says. */
  | readonly ['refused', number, string, string]
  | readonly ['closed']
  | readonly ['over'];

/** The lines that were written whole. */
export function readDiary(file: string): Entry[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);
}

/** An operation that was asked for, and what is known of it. */
export interface Asked {
  readonly fate: 'answered' | 'refused' | 'open';
  readonly operation: Operation;
  readonly answer?: unknown;
}

export interface Opened {
  readonly fate: 'opened';
  readonly given: Numbers;
}

/** What was asked for, in its order, and where between that the journal was opened. */
export type Story = readonly (Asked | Opened)[];

export function storyOf(entries: readonly Entry[]): Story {
  const ends = new Map<number, Pick<Asked, 'fate' | 'answer'>>();
  for (const entry of entries) {
    if (entry[0] === 'answered') ends.set(entry[1], { fate: 'answered', answer: entry[2] });
    else if (entry[0] === 'refused') ends.set(entry[1], { fate: 'refused' });
  }
  return entries.flatMap((entry): Story => {
    if (entry[0] === 'opened') return [{ fate: 'opened', given: entry[2] }];
    if (entry[0] !== 'asked') return [];
    const { name, args } = entry[2];
    // JSON knows no undefined: nobody asks for null.
    const operation = { name, args: args.map((arg) => arg ?? undefined) };
    return [{ operation, ...(ends.get(entry[1]) ?? { fate: 'open' }) }];
  });
}
