/**
 * The first of these that `Intl` takes as a language, as it stands or without what POSIX appends to it; `en-US` where
 * there is none. A browser tells its language as its system does: `en-US@posix` is no tag of BCP 47, and `Intl` throws.
 */
export function languageTag(...candidates: readonly string[]): string {
  const tags = candidates.flatMap((candidate) => [candidate, withoutPosix(candidate)]);
  return tags.find(isTag) ?? 'en-US';
}

/** `de_DE.UTF-8@euro` is `de-DE`. */
function withoutPosix(locale: string): string {
  return locale.replace(/[.@].*$/s, '').replaceAll('_', '-');
}

function isTag(language: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language).length > 0;
  } catch {
    return false;
  }
}
