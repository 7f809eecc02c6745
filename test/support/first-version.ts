import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { EventDetails, ExecutionDetails } from '../../src/engine/words/admin-answers.ts';
import type { FlowNode } from './node-red.ts';

/**
 * What version 0.1.0 left behind when it was killed. Its own engine, as of commit 35b4bee, was driven in virtual time
 * until there was an event in every stage and an execution in every status; then its files were copied while it ran.
 */
const folder = join(import.meta.dirname, 'written-by-0.1.0');

/** The flow of it, as its editor saved it; its handlers call port 1. */
export const savedFlows = json<readonly FlowNode[]>('flows.json.gz');

/** What its log said when it was killed, at `now` (ms since the epoch). */
export const logged = json<{
  readonly now: number;
  readonly events: readonly Omit<EventDetails, 'executions'>[];
  readonly executions: readonly ExecutionDetails[];
}>('log.json.gz');

/** Puts the files of its registry into a folder, as they were on disk. */
export function putRegistry(to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (/^(journal|registry|search)\b/.test(name))
      writeFileSync(join(to, basename(name, '.gz')), unpacked(name));
  }
}

function json<T>(name: string): T {
  return JSON.parse(unpacked(name).toString()) as T;
}

function unpacked(name: string): Buffer {
  return gunzipSync(readFileSync(join(folder, name)));
}
