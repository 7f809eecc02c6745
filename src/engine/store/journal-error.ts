import { messageOf } from '../words/errors.ts';
/** What kept the journal from doing its work. */
export type JournalErrorKind =
  | 'full'
  | 'unwritable'
  | 'damaged'
  | 'newer'
  | 'locked'
  | 'displaced'
  | 'failed';

const remedies: Readonly<Record<JournalErrorKind, string>> = {
  full: 'the disk is full: free some space',
  unwritable:
    'the folder can not be written: check its owner, its permissions and whether the disk is read-only',
  damaged: 'the file is damaged: it is moved aside, and what can be read of it is taken over',
  newer: 'it was written by a newer version: update the package',
  locked: 'it is in use by another process: stop the other Node-RED',
  displaced: 'a file of it was deleted or replaced while it was in use',
  failed: 'the operation failed',
};

/** An error of the journal's storage, with what to do about it. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly kind: JournalErrorKind;

  constructor(kind: JournalErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }

  /** Says what an error of SQLite or of the file system means for `path`. */
  static from(error: unknown, path: string): JournalError {
    if (error instanceof JournalError) return error;
    const kind = sqliteErrorKind(error) ?? fileErrorKind(error) ?? 'failed';
    const cause = messageOf(error);
    return new JournalError(kind, `${remedies[kind]} (${path}: ${cause})`);
  }
}

const sqliteErrorKinds: Readonly<Record<number, JournalErrorKind>> = {
  5: 'locked', // SQLITE_BUSY
  8: 'unwritable', // SQLITE_READONLY
  10: 'unwritable', // SQLITE_IOERR
  11: 'damaged', // SQLITE_CORRUPT
  13: 'full', // SQLITE_FULL
  14: 'unwritable', // SQLITE_CANTOPEN
  26: 'damaged', // SQLITE_NOTADB
};

/** @see https://sqlite.org/rescode.html: the low byte is the primary code */
export function sqliteErrorKind(error: unknown): JournalErrorKind | undefined {
  const errcode = (error as { errcode?: unknown } | null)?.errcode;
  return typeof errcode === 'number' ? sqliteErrorKinds[errcode & 0xff] : undefined;
}

/** Whether an operation fails by what it asks for, and not because of the disk or the file: trying again is in vain. */
export function isOwnFault(error: unknown): boolean {
  return !(error instanceof JournalError) && (sqliteErrorKind(error) ?? fileErrorKind(error)) === undefined;
}

function fileErrorKind(error: unknown): JournalErrorKind | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'full';
  return typeof code === 'string' && /^E(ACCES|PERM|ROFS|NOTDIR|EXIST|IO)$/.test(code)
    ? 'unwritable'
    : undefined;
}
