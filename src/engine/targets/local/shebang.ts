import { closeSync, openSync, readSync, type Stats } from 'node:fs';

const looked = new Map<string, { readonly version: string; readonly startable: boolean }>();

/**
 * Whether the operating system knows how to start a file: a script that names its interpreter (`#!…`), or a
 * binary. The C library hands any other text to /bin/sh, and a handler is started without a shell.
 * Looked at again when the file has changed; true for a file that can not be read.
 */
export function isStartable(file: string, { ino, size, mtimeMs, ctimeMs }: Stats): boolean {
  const version = `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  const known = looked.get(file);
  if (known?.version === version) return known.startable;
  const startable = begins(file);
  looked.set(file, { version, startable });
  return startable;
}

function begins(file: string): boolean {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const head = Buffer.alloc(256);
      const length = readSync(descriptor, head);
      return head.toString('latin1', 0, 2) === '#!' || head.subarray(0, length).includes(0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return true;
  }
}
