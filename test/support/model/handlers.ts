import { aHandler, type Behaviour, outage, refusal } from '../made-call.ts';
import type { Condition, Conditions, Configured, Health, Id } from './happenings.ts';

/** A handler as it is deployed, of a world with these conditions. */
export function handlerOf(
  { id, stop, priority, retries, status }: Configured,
  conditions: Conditions,
): ReturnType<typeof aHandler> {
  const condition = conditions[id];
  return aHandler(id, {
    priority,
    handlerStatus: status,
    onFailure: stop ? 'stop' : 'continue',
    retryDelays: [5, 60, 300].slice(0, retries),
    concurrency: 2,
    condition: texts[condition],
    conditionRow: condition !== 'no row',
  });
}

/** How a receiver answers as it is then. */
export function behaviourOf(health: () => Health | undefined): Behaviour {
  return ({ attempt, eventId }) => {
    switch (health()) {
      case 'dead':
        return outage;
      case 'refusing':
        return refusal;
      case 'gone':
        return { ok: false, code: 410, error: 'HTTP 410 Gone', gone: true };
      case 'hanging':
        return undefined;
      case 'flaky':
        return (attempt + Number(eventId.split('-')[2])) % 2 === 0 ? outage : {};
      default:
        return {};
    }
  };
}

/** The handler ids of a world, with all of them as they are once everything is well. */
export const wellConfigured = (id: Id): Configured => ({
  id,
  stop: false,
  priority: 1,
  retries: 0,
  status: 'enabled',
});

const texts: Readonly<Record<Condition, string>> = {
  none: '',
  row: 'data.meets',
  'no row': 'data.meets',
  throws: 'data.meets or $error("not so")',
};
