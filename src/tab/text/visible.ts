/** Control and bidirectional characters: they can hide, reorder or overprint what stands around them. */
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be made visible
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text from anywhere, safe to look at: what can not be seen becomes an escape, broken UTF-16 becomes U+FFFD. */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(unseen, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What something is called: its name, or its id where it has none. */
export function nameOf({ name, id }: { readonly name: string; readonly id: string }): string {
  return visible(name || id);
}

/** The beginning of a text, on one line. */
export function oneLine(text: string, length = 200): string {
  // A character of two halves is cut before, not between them.
  const cut = text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
  const start = visible(cut).replace(/\s+/g, ' ').trim();
  return text.length > length ? `${start}…` : start;
}

/** JSON as one reads it; any other text stays as it is. */
export function indented(text: string): string {
  if (!/^\s*[[{]/.test(text)) return visible(text);
  try {
    return visible(JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    return visible(text);
  }
}
