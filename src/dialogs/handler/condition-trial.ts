import { eventTypesOf } from '../../editor/dialog-plugin.ts';
import type { EventDetails } from '../../engine/words/admin-answers.ts';
import type { Envelope } from '../../engine/words/event.ts';
import { listensTo } from '../../engine/words/event-type.ts';
import type { EventRow } from '../../engine/words/execution.ts';
import { isTruthy } from '../../engine/words/expression.ts';
import { editorExpressions } from '../shared/expressions.ts';

/** An event that a condition is tried on. */
export interface Tried {
  readonly envelope: Envelope;
  /** When it was accepted, ISO 8601; null: it is a sample. */
  readonly at: string | null;
}

/** Samples, and events of the registry, that are tried at most. */
const mostSamples = 5;
const mostEvents = 10;

/** What a condition says of an event; without one, every event meets it. @returns `why` it could not be judged */
export async function judgedBy(
  condition: string,
  envelope: Envelope,
): Promise<{ readonly outcome: 'met' | 'unmet' | 'failed'; readonly why?: string }> {
  if (condition.trim() === '') return { outcome: 'met' };
  try {
    const met = isTruthy(await editorExpressions.compile(condition).evaluate(envelope));
    return { outcome: met ? 'met' : 'unmet' };
  } catch (error) {
    return { outcome: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

/** The catalogue's samples of the types that a handler listens to. */
export function samplesOf(registry: string, patterns: readonly string[]): readonly Tried[] {
  return eventTypesOf(registry)
    .filter(({ id }) => patterns.some((pattern) => listensTo(pattern, id)))
    .slice(0, mostSamples)
    .map(({ sample }) => ({ envelope: sample, at: null }));
}

/** The registry's last events of those types, as far as they can be read; `status` of the answer that says no, else null. */
export async function lastEvents(
  registry: string,
  patterns: readonly string[],
): Promise<{ readonly tried: readonly Tried[]; readonly status: number | null }> {
  const path = `provisioning/registries/${encodeURIComponent(registry)}/events`;
  try {
    const { items } = (await $.getJSON(path, { limit: 50 })) as { readonly items: readonly EventRow[] };
    const heard = items
      .filter(({ eventType }) => patterns.some((pattern) => listensTo(pattern, eventType)))
      .slice(0, mostEvents);
    const found = await Promise.all(
      heard.map(async ({ id, acceptedAt }) => {
        const { envelope } = (await $.getJSON(`${path}/${encodeURIComponent(id)}`)) as EventDetails;
        return { envelope: JSON.parse(envelope) as Envelope, at: acceptedAt };
      }),
    );
    return { tried: found, status: null };
  } catch (error) {
    return { tried: [], status: (error as { readonly status?: number }).status ?? 0 };
  }
}
