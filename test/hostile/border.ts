/** A hostile input at one of the borders, and what may come of it. */
export interface HostileInput<Input, Expected> {
  readonly name: string;
  readonly input: Input;
  readonly expect: Expected;
}

/** What became of the inputs of one border. */
export interface Tally {
  readonly tried: number;
  /** What got through, and how. */
  readonly through: readonly string[];
  /** What had no answer at all. */
  readonly crashed: readonly string[];
}

/**
 * Tries all inputs of a border, some side by side.
 * @param attempt gives null when the border held, or says what got through; what it throws counts as a crash
 */
export async function tryAll<Row extends { readonly name: string }>(
  rows: readonly Row[],
  attempt: (row: Row) => Promise<string | null>,
  sideBySide = 8,
): Promise<Tally> {
  const through: string[] = [];
  const crashed: string[] = [];
  const waiting = rows.values();
  const work = async (): Promise<void> => {
    for (const row of waiting) {
      try {
        const how = await attempt(row);
        if (how !== null) through.push(`${row.name}: ${how}`);
      } catch (error) {
        crashed.push(`${row.name}: ${(error as Error).message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  return { tried: rows.length, through, crashed };
}

/** The counts of each border on a line, and their total. */
export function summary(tallies: ReadonlyMap<string, Tally>): string {
  const line = (name: string, tried: number, through: number, crashed: number) =>
    [name.padEnd(10), ...[tried, through, crashed].map((count) => String(count).padStart(9))].join('');
  const all = [...tallies.values()];
  return [
    ['border'.padEnd(10), ...['tried', 'through', 'crashed'].map((word) => word.padStart(9))].join(''),
    ...[...tallies].map(([name, { tried, through, crashed }]) =>
      line(name, tried, through.length, crashed.length),
    ),
    line(
      'total',
      all.reduce((sum, { tried }) => sum + tried, 0),
      all.reduce((sum, { through }) => sum + through.length, 0),
      all.reduce((sum, { crashed }) => sum + crashed.length, 0),
    ),
  ].join('\n');
}
