import { closeSync, openSync, readSync } from 'node:fs';

/** What the first bytes of a file tell of how it can be started. */
export interface FileHead {
  /** What follows `#!` in the first line, blanks at its start and the line feed left out; null without `#!`. */
  readonly shebang: string | null;
  /** It begins with a byte order mark, so that nothing else can stand at its beginning. */
  readonly marked: boolean;
  /** No text: there is a NUL in it. */
  readonly binary: boolean;
}

/** How a file begins; null when it can not be read. */
export function headOf(file: string): FileHead | null {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const head = Buffer.alloc(256);
      return parseHead(head.subarray(0, readSync(descriptor, head)));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}

/** @param head the first 256 bytes, or all of a shorter file */
export function parseHead(head: Uint8Array): FileHead {
  const text = Buffer.from(head).toString('latin1');
  const marked = /^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/.test(text);
  const [, shebang = null] = /^#![ \t]*([^\n]*)/.exec(text) ?? [];
  return { shebang, marked, binary: !marked && text.includes('\0') };
}

/** The interpreter that a first line names, `/bin/sh` of `/bin/sh -e`. */
export function interpreterOf(shebang: string): string {
  return shebang.split(/[ \t]/, 1)[0] ?? '';
}
