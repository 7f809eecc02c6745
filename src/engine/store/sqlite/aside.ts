/** The name of what is put aside: it stands beside its first place, with why and when. */
export function asideOf(path: string, why: 'damaged' | 'saved', when = new Date()): string {
  return `${path}.${why}-${when.toISOString().replaceAll(/[:.]/g, '-')}`;
}
