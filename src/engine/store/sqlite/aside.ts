/** The name of what is put aside: it stands beside its first place, with why and when. */
export function asideOf(path: string, why: 'damaged' | 'saved', when = new Date()): string {
  return `${path}.${why}-${when.toISOString().replaceAll(/[:.]/g, '-')}`;
}

/** Whether a file is one that was put aside because it was damaged; not what belongs to one, such as its WAL. */
export function isDamagedAside(name: string): boolean {
  return /\.damaged-[\dTZ-]+$/.test(name);
}
