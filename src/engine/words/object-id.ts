const neither = 'must be a number or a string';

/** Why a value can not be an object id, which is a number or a string; undefined when it can. */
export function objectIdProblem(id: unknown): string | undefined {
  if (id === undefined) return 'is missing: a number or a string is needed';
  if (typeof id === 'number') {
    if (!Number.isFinite(id)) return neither;
    if (Number.isInteger(id) && !Number.isSafeInteger(id))
      return 'is a number beyond 2^53, which JSON can not carry exactly: send it as a string';
    return undefined;
  }
  if (typeof id !== 'string') return neither;
  if (id === '') return 'must not be empty';
  if (id.length > 256) return 'must have 256 characters at most';
  // The journal is UTF-8, which has no half characters: different ids would become one.
  return id.isWellFormed() ? undefined : 'holds half of a surrogate pair: send whole characters';
}

/** Whether a value can be an object id. */
export function isObjectId(id: unknown): id is number | string {
  return objectIdProblem(id) === undefined;
}
