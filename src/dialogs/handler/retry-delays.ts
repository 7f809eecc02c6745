/** Retry delays are seconds in the flow and `5s, 5m, 2h, 1d` in the dialog. */
const units = { d: 86_400, h: 3600, m: 60, s: 1 } as const;
const largestFirst = Object.entries(units);

export function spellDelay(seconds: number): string {
  const [unit, size] = largestFirst.find(([, size]) => seconds > 0 && seconds % size === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
}

/** The delays in seconds, or the text itself when it can't be read. */
export function readDelays(spelled: string): readonly number[] | string {
  const words = spelled.split(/[\s,;]+/).filter(Boolean);
  const delays = words.map((word) => {
    const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([smhd]?)$/i.exec(word) ?? [];
    return Number(amount) * units[(unit.toLowerCase() || 's') as keyof typeof units];
  });
  return delays.some(Number.isNaN) ? spelled : delays;
}

/** How long delays are together, by the two largest units: `1 d 2 h`. */
export function spanOf(delays: readonly number[]): string {
  let rest = Math.round(delays.reduce((sum, delay) => sum + delay, 0));
  const parts = largestFirst.map(([unit, size]) => {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    return { amount, unit };
  });
  const shown = parts.filter(({ amount }) => amount > 0).slice(0, 2);
  return shown.map(({ amount, unit }) => `${amount} ${unit}`).join(' ') || '0 s';
}
