import type { Sign } from '../../engine/words/diagnosis.ts';
import type { Handler, RefusedHandler } from '../../engine/words/handler.ts';

/** A deployed handler, as the checks look at it. */
export interface HandlerFacts {
  readonly registry: NonNullable<Sign['registry']>;
  readonly handler: NonNullable<Sign['handler']>;
  readonly config: Handler | RefusedHandler;
  /** Enabled or held, by the flow or an operator: what is wrong with one that is not hurts nobody yet. */
  readonly isInUse: boolean;
}

/** Whom a finding is about. */
export function aboutHandler({ registry, handler }: HandlerFacts): Pick<Sign, 'registry' | 'handler'> {
  return { registry, handler };
}

/** How bad it is that a handler can't be called. */
export function levelOf({ isInUse }: HandlerFacts): 'error' | 'warning' {
  return isInUse ? 'error' : 'warning';
}
