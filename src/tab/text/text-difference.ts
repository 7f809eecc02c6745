/*!
 * diff: Copyright (c) 2009-2015, Kevin Decker <kpdecker@gmail.com>. SPDX-License-Identifier: BSD-3-Clause
 * https://github.com/kpdecker/jsdiff/blob/master/LICENSE
 */
import { diffLines, diffWordsWithSpace } from 'diff';

/** A part of a line; what it has in common with the line of the other text is not `changed`. */
export interface Piece {
  readonly text: string;
  readonly changed: boolean;
}

/** A line, or how many of the same were left out, or of any that were too many. */
export type DifferenceLine =
  | { readonly kind: 'same' | 'removed' | 'added'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'gap' | 'more'; readonly lines: number };

/** `rewritten`: other blanks, or the same values in another order; `tooMuch`: nearly nothing is in common. */
export type TextDifference =
  | { readonly kind: 'same' | 'rewritten' | 'tooMuch' }
  | { readonly kind: 'lines'; readonly lines: readonly DifferenceLine[] };

/** Edits that are looked for: the tray must not stand still for texts that have nothing in common. */
const lineBounds = { maxEditLength: 400 };
const wordBounds = { maxEditLength: 200 };
/** Same lines around what differs. */
const context = 2;
const mostLines = 200;

/** What became of one text in another, line by line; JSON as it reads with its keys in order. */
export function textDifference(before: string, after: string): TextDifference {
  if (before === after) return { kind: 'same' };
  const [from, to] = arranged(before, after);
  if (from === to) return { kind: 'rewritten' };
  if (to === '') return { kind: 'lines', lines: bounded(linesOf('removed', whole(from))) };
  if (from === '') return { kind: 'lines', lines: bounded(linesOf('added', whole(to))) };
  const parts = diffLines(`${from}\n`, `${to}\n`, lineBounds);
  if (!parts) return { kind: 'tooMuch' };
  const lines: DifferenceLine[] = [];
  for (const [at, { value, added, removed }] of parts.entries()) {
    const text = value.slice(0, -1);
    const next = parts[at + 1];
    if (removed && next?.added) {
      const { removed: left, added: right } = changeOf(text, next.value.slice(0, -1));
      lines.push(...linesOf('removed', left), ...linesOf('added', right));
    } else if (removed) lines.push(...linesOf('removed', whole(text)));
    else if (!added) lines.push(...shownOf(text.split('\n'), at > 0, at + 1 < parts.length));
    else if (!parts[at - 1]?.removed) lines.push(...linesOf('added', whole(text)));
  }
  return { kind: 'lines', lines: bounded(lines) };
}

/** Both as they are compared: only two JSON texts are read as such. */
function arranged(before: string, after: string): readonly [string, string] {
  const [from, to] = [inOrder(before), inOrder(after)];
  return from === undefined || to === undefined ? [unblanked(before), unblanked(after)] : [from, to];
}

function unblanked(text: string): string {
  return text.replaceAll('\r\n', '\n').trimEnd();
}

/** JSON with its keys in order; undefined for what is none, or has numbers that would not come out as they are. */
function inOrder(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text) || /\d{16}/.test(text)) return undefined;
  try {
    return JSON.stringify(sorted(JSON.parse(text)), null, 2);
  } catch {
    return undefined;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}

type Change = Readonly<Record<'removed' | 'added', readonly Piece[]>>;

/** The words that differ; where these are too many, what stands between the same beginning and the same end. */
function changeOf(before: string, after: string): Change {
  const parts = diffWordsWithSpace(before, after, wordBounds);
  if (!parts) return middleOf(before, after);
  const common = parts.reduce((sum, part) => sum + (part.added || part.removed ? 0 : part.value.length), 0);
  // Of what is another text, single words would point at nothing.
  if (common * 4 < Math.max(before.length, after.length))
    return { removed: whole(before), added: whole(after) };
  const side = (other: 'removed' | 'added') =>
    parts
      .filter((part) => !part[other])
      .map(({ value, added, removed }) => ({ text: value, changed: added || removed }));
  return { removed: side('added'), added: side('removed') };
}

function middleOf(before: string, after: string): Change {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const side = (text: string): readonly Piece[] => [
    { text: text.slice(0, start), changed: false },
    { text: text.slice(start, text.length - end), changed: true },
    { text: text.slice(text.length - end), changed: false },
  ];
  return { removed: side(before), added: side(after) };
}

function whole(text: string): readonly Piece[] {
  return [{ text, changed: false }];
}

function linesOf(kind: 'removed' | 'added', pieces: readonly Piece[]): DifferenceLine[] {
  const lines: Piece[][] = [[]];
  for (const { text, changed } of pieces) {
    for (const [at, part] of text.split('\n').entries()) {
      if (at > 0) lines.push([]);
      // What a line is indented by is nothing that one would point out.
      const indent = at > 0 ? (/^\s*/.exec(part)?.[0] ?? '') : '';
      const split = [
        { text: indent, changed: false },
        { text: part.slice(indent.length), changed },
      ];
      lines.at(-1)?.push(...split.filter(({ text }) => text !== ''));
    }
  }
  return lines.map((pieces) => ({ kind, pieces }));
}

/** Of lines that are the same, those next to what differs. */
function shownOf(texts: readonly string[], isAfter: boolean, isBefore: boolean): DifferenceLine[] {
  const first = isAfter ? context : 0;
  const last = isBefore ? context : 0;
  const same = (some: readonly string[]): DifferenceLine[] =>
    some.map((text) => ({ kind: 'same', pieces: whole(text) }));
  // Of one line, to say that it is left out takes as much room.
  if (texts.length <= first + last + 1) return same(texts);
  return [
    ...same(texts.slice(0, first)),
    { kind: 'gap', lines: texts.length - first - last },
    ...same(texts.slice(texts.length - last)),
  ];
}

function bounded(lines: readonly DifferenceLine[]): readonly DifferenceLine[] {
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines), { kind: 'more', lines: lines.length - mostLines }];
}
