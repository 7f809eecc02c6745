import { missedBy } from '../../rules/missed.ts';
import type { Link } from '../journal/chain.ts';
import { isDeliverable } from '../stage.ts';
import type { Shared } from './shared.ts';
import type { Turns } from './turns.ts';

/** Lets a handler have an event that it has missed, at the end of its object's queue, and only once. */
export function deliveriesOn({ rows, executions }: Shared, turns: Turns) {
  /**
   * @param bulk which of what is done with many it belongs to, and `by`, who asks for that
   * @returns false where the handler has an execution of it, or must not have one
   */
  function deliver(seq: number, link: Link, bulk: number, by: string | null, at: number): boolean {
    const event = rows.event(seq);
    if (!event || !isDeliverable(event.stage)) return false;
    const chain = executions.chain(seq);
    if (missedBy(link.handler.id, chain) !== 'missed') return false;
    const passedBy = chain.find(({ handler }) => handler.id === link.handler.id);
    const position = (chain.at(-1)?.position ?? -1) + 1;
    const execution = passedBy
      ? executions.replay(event, passedBy, at, by)
      : executions.append(event, position, link, at, by);
    rows.changeExecution(execution, { delivery: bulk });
    turns.enqueue(event, link.handler.id, execution);
    return true;
  }

  return { deliver };
}

export type Deliveries = ReturnType<typeof deliveriesOn>;
