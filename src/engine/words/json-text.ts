import { isObject } from './json-problem.ts';

/** What to do about a value that `isJsonText`. */
export const jsonTextRemedy =
  'is JSON text, not an object: parse it first (in a flow, put a json node before this one)';

/** Whether a value is text, or the bytes of text, that looks like JSON which nobody has parsed yet. */
export function isJsonText(value: unknown): boolean {
  if (typeof value === 'string') return /^[\s\ufeff]*[{["]/.test(value);
  return isObject(value) && ArrayBuffer.isView(value) && isJsonText(beginningOf(value));
}

function beginningOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return new TextDecoder().decode(new Uint8Array(buffer, byteOffset, Math.min(byteLength, 64)));
}
