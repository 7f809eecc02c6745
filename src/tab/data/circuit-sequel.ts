import type { ApiHandler } from './shapes.ts';

/** What came of closing a circuit by hand. `opened`: it is open, or gone, again. */
export interface Sequel {
  readonly status: 'untried' | 'answers' | 'fails' | 'opened';
  readonly error: string | null;
}

/** @param handler as it is now; its circuit was closed by hand */
export function sequelOf({
  circuit,
  lastError,
  lastErrorAt,
  lastSuccessAt,
}: Pick<ApiHandler, 'circuit' | 'lastError' | 'lastErrorAt' | 'lastSuccessAt'>): Sequel {
  if (circuit.state !== 'closed') return { status: 'opened', error: circuit.error };
  // All three are of the same clock, and as they are ISO 8601 in UTC they sort as text.
  const since = circuit.since ?? '';
  const [failed, succeeded] = [lastErrorAt ?? '', lastSuccessAt ?? ''];
  if (failed >= since && failed > succeeded) return { status: 'fails', error: lastError };
  return { status: succeeded >= since && succeeded !== '' ? 'answers' : 'untried', error: null };
}
