import { maxDepth } from './json-problem.ts';

/**
 * Whether a value is JSON beyond doubt: objects and lists that are nothing more, text, numbers, booleans and null, not
 * nested too deeply. What is in doubt may be good as well: the schema says, at ten times the cost.
 */
export function isCertainJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      if (depth >= maxDepth || 'toJSON' in value) return false;
      return Array.isArray(value) ? isCertainList(value, depth + 1) : isCertainMap(value, depth + 1);
    default:
      return false;
  }
}

/** Whether an object has members of these names, which JSON will show. */
export function shows<Name extends string>(
  value: unknown,
  ...names: readonly Name[]
): value is Readonly<Record<Name, unknown>> {
  return names.every((name) => Object.prototype.propertyIsEnumerable.call(value, name));
}

function isCertainList(value: readonly unknown[], depth: number): boolean {
  // By number: places that hold nothing, too.
  for (let at = 0; at < value.length; at += 1) if (!isCertainJson(value[at], depth)) return false;
  return true;
}

function isCertainMap(value: object, depth: number): boolean {
  if (!isOfNoClass(value)) return false;
  // Above it is nothing to be enumerated.
  for (const key in value) {
    if (key === '__proto__' || key === 'constructor') return false;
    if (!isCertainJson((value as Readonly<Record<string, unknown>>)[key], depth)) return false;
  }
  return true;
}

/** Function nodes run in a realm of their own: their objects have another prototype than ours, but none above that. */
function isOfNoClass(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}
