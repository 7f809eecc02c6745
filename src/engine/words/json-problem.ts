import { messageOf } from './errors.ts';

/** What is wrong, and where: the uppermost levels of the place. */
interface JsonProblem {
  readonly message: string;
  readonly path: PropertyKey[];
}

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

/** Levels of lists and objects in an envelope at most: whoever reads or copies it recurses. */
export const maxDepth = 100;

/** What of a value JSON can not carry, or its receivers can not; undefined when there is nothing. */
export function jsonProblem(value: unknown, depth = 0): JsonProblem | undefined {
  if (!isObject(value)) return problemOfBare(value);
  return saysItsJson(value) ? problemOfItsJson(value, depth) : problemOfMembers(value, depth);
}

/**
 * What is wrong with how an envelope, its `event` and its `data` are made. To be asked before they are copied: a copy
 * has no `__proto__`, and what a `toJSON` of theirs makes of them at last is not what was found good.
 */
export function frameProblem(envelope: unknown): JsonProblem | undefined {
  if (!isObject(envelope)) return undefined;
  const { event, data } = envelope as { readonly event?: unknown; readonly data?: unknown };
  return problemOfFrame(envelope, []) ?? problemOfFrame(event, ['event']) ?? problemOfFrame(data, ['data']);
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function problemOfFrame(value: unknown, path: PropertyKey[]): JsonProblem | undefined {
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, '__proto__')) return { ...reserved, path: [...path, '__proto__'] };
  // That of a class does not come along with a copy.
  if (Object.hasOwn(value, 'toJSON') && saysItsJson(value))
    return { message: 'has a function toJSON: send plain data, such as what that function gives', path };
  return undefined;
}

function problemOfBare(value: unknown): JsonProblem | undefined {
  if (typeof value === 'bigint') return problem('is a BigInt, which JSON can not carry: send it as a string');
  if (typeof value === 'number' && !Number.isFinite(value))
    return problem(
      `is ${value}, which JSON would turn into null: send a number below 1.8e308, a string, or null`,
    );
  return undefined;
}

/** A Date and the like say themselves what they are in JSON. */
function saysItsJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function problemOfItsJson(value: { toJSON(): unknown }, depth: number): JsonProblem | undefined {
  // A Buffer's is a list of numbers, and long.
  if (ArrayBuffer.isView(value)) return undefined;
  let json: unknown;
  try {
    json = value.toJSON();
  } catch (error) {
    const reason = messageOf(error);
    return problem(`can not become JSON, as its function toJSON fails: ${reason}`);
  }
  if (json === null) return problem('becomes null in JSON, as a date that is none does: send null itself');
  // It may be the value itself, and is not asked again.
  return isObject(json) ? problemOfMembers(json, depth) : jsonProblem(json);
}

function problemOfMembers(value: object, depth: number): JsonProblem | undefined {
  if (depth >= maxDepth)
    return problem(`is nested deeper than ${maxDepth} levels, or contains itself: send plain data`);
  // Of a list, the places that hold nothing too.
  for (const [key, member] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const inner =
      key === '__proto__'
        ? reserved
        : Array.isArray(value) && isNothing(member)
          ? lost
          : jsonProblem(member, depth + 1);
    if (inner) return { ...inner, path: [key, ...inner.path].slice(0, 8) };
  }
  return undefined;
}

/** What JSON leaves out of an object, and writes as null in a list. */
function isNothing(value: unknown): boolean {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol';
}

function problem(message: string): JsonProblem {
  return { message, path: [] };
}

const lost = problem('is undefined or no data, which JSON would turn into null: send null, or leave it out');
const reserved = problem('is a name that JavaScript reserves: give the property another one');
