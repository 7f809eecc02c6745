import { groupOf, listensTo } from '../../engine/words/event-type.ts';

const most = 3;

/**
 * What somebody may have meant by an event type or pattern that none of the known types answers to, the nearest first;
 * a pattern is answered with patterns.
 * @returns undefined where one of them does
 */
export function nearTypes(typed: string, known: readonly string[]): readonly string[] | undefined {
  if (known.some((id) => listensTo(typed, id))) return undefined;
  const meant = plain(typed);
  return (typed.endsWith('.*') ? groupPatterns(known) : known)
    .map((id) => ({ id, distance: distanceOf(meant, plain(id)) }))
    .filter(({ distance }) => distance <= Math.max(2, meant.length / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ id }) => id);
}

/** `clients.custom_fields.update` → `clients.*`, `clients.custom_fields.*` */
function groupPatterns(known: readonly string[]): string[] {
  const groups = new Set<string>();
  for (const id of known) for (let group = groupOf(id); group; group = groupOf(group)) groups.add(group);
  return [...groups].map((group) => `${group}.*`);
}

const plain = (id: string): string => id.toLowerCase().replaceAll('_', '.');

/** One who types the end of a type alone means it; else how many letters differ, by two that changed places too. */
function distanceOf(typed: string, id: string): number {
  if (id.endsWith(`.${typed}`)) return 1;
  let [before, last]: [number[], number[]] = [[], [...id, ''].map((_, index) => index)];
  for (let row = 1; row <= typed.length; row++) {
    const next = [row];
    for (let column = 1; column <= id.length; column++) {
      const [letter, other] = [typed[row - 1], id[column - 1]];
      const changed = at(last, column - 1) + (letter === other ? 0 : 1);
      const swapped =
        letter === id[column - 2] && other === typed[row - 2] ? at(before, column - 2) + 1 : Infinity;
      next.push(Math.min(at(last, column) + 1, at(next, column - 1) + 1, changed, swapped));
    }
    [before, last] = [last, next];
  }
  return at(last, id.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Infinity;
