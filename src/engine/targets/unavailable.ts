import { failure } from '../words/outcome.ts';
import type { Target } from './target.ts';

/** A target that can not be called, and says why each time. */
export function unavailableTarget(description: string, reason: string): Target {
  return {
    description,
    call: async () => failure(reason),
    close: async () => undefined,
  };
}
