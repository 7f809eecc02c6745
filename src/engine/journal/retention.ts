import type { DatabaseSync } from 'node:sqlite';
import type { Prune } from './journal.ts';
export function prune(_db: DatabaseSync, _request: Prune): { pruned: number; more: boolean } {
  return { pruned: 0, more: false };
}
