import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** A run of `records-call.sh`. */
export interface ScriptCall {
  readonly webhookId: string;
  /** The process that started it, one in each life of Node-RED. */
  readonly parent: number;
  readonly input: string;
}

export interface ScriptCalls {
  /** For the script's environment, as `CALLS`. */
  readonly file: string;
  /** What has been recorded since it was asked last. */
  news(): readonly ScriptCall[];
  /** Everything that was recorded. */
  all(): readonly ScriptCall[];
}

/** What the program `records-call.sh` was told, in the order it ran. */
export function scriptCalls(): ScriptCalls {
  const file = join(temporaryFolder('script-calls-'), 'calls');
  writeFileSync(file, '');
  const calls: ScriptCall[] = [];
  let offset = 0;
  const news = (): ScriptCall[] => {
    const { lines, bytes } = linesFrom(file, offset);
    offset += bytes;
    const fresh = lines.map(callOf);
    calls.push(...fresh);
    return fresh;
  };
  const all = () => {
    news();
    return calls;
  };
  return { file, news, all };
}

/** The whole lines behind `offset`, and how many bytes they are. */
function linesFrom(file: string, offset: number): { lines: string[]; bytes: number } {
  const fd = openSync(file, 'r');
  try {
    const chunk = Buffer.alloc(64 * 1024);
    const read = chunk.subarray(0, readSync(fd, chunk, 0, chunk.length, offset));
    const end = read.lastIndexOf('\n') + 1;
    const rest = end > 0 ? linesFrom(file, offset + end) : { lines: [], bytes: 0 };
    const lines = read.subarray(0, end).toString().split('\n').filter(Boolean);
    return { lines: [...lines, ...rest.lines], bytes: end + rest.bytes };
  } finally {
    closeSync(fd);
  }
}

function callOf(line: string): ScriptCall {
  const [, webhookId = '', parent = '', input = ''] = /^(\S+) (\d+) (.*)$/s.exec(line) ?? [];
  return { webhookId, parent: Number(parent), input };
}
