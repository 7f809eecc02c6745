import type { ExecutionFilter } from '../log/filter.ts';
import { addWords, matches, type SearchWord } from '../search-words.ts';
import { statusCodesOf } from '../stage.ts';

/** Characters of each text that can be searched for; what comes after them would cost more than to deliver it. */
export const searchedPart = 16_384;

/** The columns of an execution that its document is made of. */
export const documentColumns = `seq, event_seq, event_type, object_id, handler_id, status,
  substr(response, 1, ${searchedPart}) as response, substr(error, 1, ${searchedPart}) as error`;

/** An execution as the text index sees it. */
export type Documented = Readonly<Record<string, unknown>>;

/** Begins what stands for a condition other than text; no letter, so no word begins with it. */
const mark = '\u{e000}';

/** All words that an execution is found by: of its request, response and error. */
export function wordsOf(row: Documented, ofRequest: ReadonlySet<string>): Set<string> {
  const words = new Set(ofRequest);
  for (const text of [row['response'], row['error']]) if (typeof text === 'string') addWords(text, words);
  return words;
}

/** Whether an execution has all of these words. @param row with its `request` */
export function hasAll(row: Documented, search: readonly SearchWord[]): boolean {
  const ofRequest = new Set<string>();
  addWords(String(row['request'] ?? ''), ofRequest);
  return matches(wordsOf(row, ofRequest), search);
}

/** Words that stand for the conditions, so that the index can tell that a frequent word never meets a rare handler. */
export function addFacets(row: Documented, words: Set<string>): void {
  words
    .add(facet('s', String(row['status'])))
    .add(facet('h', String(row['handler_id'])))
    .add(facet('t', String(row['event_type'])))
    .add(facet('o', String(row['object_id'])));
}

/** Of an event that was accepted, so that an object's events are found too. */
export function addObject(objectId: string, words: Set<string>): void {
  words.add(facet('o', objectId));
}

/** What stands for the conditions other than text: one of each of these. */
export function facetsOf(filter: ExecutionFilter): readonly (readonly string[])[] {
  const { handler, eventType, objectId, status } = filter;
  return [
    ...(handler === undefined ? [] : [[facet('h', handler)]]),
    ...(eventType === undefined ? [] : [[facet('t', eventType)]]),
    ...(objectId === undefined ? [] : [[facet('o', objectId)]]),
    ...(status ? [statusCodesOf(status).map((code) => facet('s', String(code)))] : []),
  ];
}

/** One token, whatever the value holds; two values may share one. */
function facet(kind: string, value: string): string {
  return mark + kind + value.replace(/[^A-Za-z0-9@._\u{80}-\u{10ffff}-]/gu, '_');
}
