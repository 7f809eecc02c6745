import { skippedWhy } from '../rules/chain.ts';
import type { TakenLink } from '../store/journal/turn.ts';
import { notMet } from '../words/execution.ts';
import type { Judgement } from './conditions.ts';
import type { Listeners, RegisteredHandler, Registry } from './registry.ts';

/** Whom a take makes the chain of. */
export interface Membership {
  readonly links: readonly TakenLink[];
  /** Ids of the disabled handlers that the event would have concerned. */
  readonly missed: readonly string[];
  /** Somebody listens, but nobody's condition is met: the event is not unhandled. */
  readonly passedBy: boolean;
}

/** What the listeners' conditions say of an event, each judged for itself. */
export async function judgedBy(
  registry: Pick<Registry, 'find'>,
  { callable, missed }: Listeners,
  payload: string,
): Promise<Membership> {
  const envelope: unknown = JSON.parse(payload);
  const judge = async (handler: RegisteredHandler) => ({
    handler,
    judgement: (await handler.condition?.judge(envelope)) ?? ('met' as const),
  });
  const [listeners, disabled] = await Promise.all([
    Promise.all(callable.map(judge)),
    Promise.all(missed.flatMap((id) => registry.find(id) ?? []).map(judge)),
  ]);
  return {
    links: linksOf(listeners),
    // Whether it was meant for one whose condition can't be judged nobody knows: it may have missed it.
    missed: disabled.filter(({ judgement }) => judgement !== 'unmet').map(({ handler }) => handler.config.id),
    passedBy: callable.length > 0,
  };
}

interface Judged {
  readonly handler: RegisteredHandler;
  readonly judgement: Judgement;
}

/** Who has failed with the take stops the chain like who fails later (rule 5). */
function linksOf(all: readonly Judged[]): TakenLink[] {
  const links: TakenLink[] = [];
  let stopped = false;
  for (const { handler, judgement } of all) {
    const { link } = handler;
    const settle = (status: 'failed' | 'skipped', error: string, passedBy: boolean) =>
      links.push({ ...link, settled: { status, error, passedBy } });
    if (judgement === 'unmet') {
      if (handler.config.conditionRow) settle('skipped', notMet, true);
    } else if (typeof judgement === 'object') {
      settle('failed', judgement.failed, false);
      // It is judged when it is replayed.
      stopped ||= link.stop;
    } else if (stopped) settle('skipped', skippedWhy, false);
    else links.push(judgement === 'unjudged' ? { ...link, unjudged: true } : link);
  }
  return links;
}
