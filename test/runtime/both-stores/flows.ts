import { answering, code, httpIn, httpResponse } from '../../support/core-flow.ts';
import type { FlowNode } from '../../support/node-red.ts';
import {
  eventNode,
  executor,
  httpHandler,
  intakeNode,
  registry,
  tab,
} from '../../support/provisioning-flow.ts';
import type { Receivers } from './receivers.ts';

/** Retries that nobody waits for. */
const later = [3600, 3600];
const soon = [0.2, 0.2];

/** Each case has event types and handlers of its own: by their first segment one finds the others. */
const handlers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  tie_b: { name: 'Beta', events: ['order.*'], priority: 5 },
  tie_a: { name: 'Beta', events: ['order.*'], priority: 5 },
  by_name: { name: 'Alpha', events: ['order.*'], priority: 5 },
  by_priority: { name: 'Zeta', events: ['order.*'], priority: 1 },
  lane: { name: 'Lane', events: ['lane.*'], priority: 1 },
  lane_after: { name: 'Lane, after', events: ['lane.*'], priority: 2 },
  hangs: { name: 'Hangs', events: ['hang.*'], timeoutSeconds: 60 },
  goes_on: { name: 'Goes on', events: ['continue.*'], priority: 1 },
  after: { name: 'After', events: ['continue.*'], priority: 2 },
  stops: { name: 'Stops', events: ['stop.*'], priority: 1, onFailure: 'stop' },
  stopped: { name: 'Stopped', events: ['stop.*'], priority: 2 },
  tries_transient: {
    name: 'Transient',
    events: ['transient.*'],
    retryDelays: soon,
    retryOn: 'transient',
  },
  tries_any: { name: 'Any', events: ['any.*'], retryDelays: soon, retryOn: 'any' },
  patient: { name: 'Patient', events: ['wait.*'], retryDelays: later },
  refused: { name: 'Refused', events: ['refused.*'], url: 'ftp://nowhere' },
  conditional: { name: 'Conditional', events: ['condition.*'], condition: 'data.wanted' },
  holds: { name: 'Held', events: ['hold.*'] },
  disables: { name: 'Disabled', events: ['disable.*'] },
  in_brief: { name: 'Brief', events: ['brief.*'], registry: 'brief' },
  misses: { name: 'Misses', events: ['miss.*'] },
  listens_later: { name: 'Listens later', events: ['unheard.of'] },
  cancelled: { name: 'Cancelled', events: ['cancel.*'], retryDelays: later },
  replayed: { name: 'Replayed', events: ['replay.*'] },
  bulk: { name: 'Bulk', events: ['bulk.*'] },
  listed: { name: 'Listed', events: ['list.*'], priority: 1 },
  listed_too: { name: 'Listed too', events: ['list.many'], priority: 2, retryDelays: later },
  of_old: { name: 'Of old', events: ['list.*'], handlerStatus: 'archived' },
  told: { name: 'Told', events: ['told.*'], priority: 1, retryDelays: later, retryOn: 'transient' },
  told_too: { name: 'Told too', events: ['told.*'], priority: 2 },
  keyed: { name: 'Keyed', events: ['key.*'] },
  broken: { name: 'Broken', events: ['broken.*'], retryDelays: later },
  still_broken: { name: 'Still broken', events: ['still.*'], retryDelays: later, timeoutSeconds: 600 },
  reset: { name: 'Reset', events: ['reset.*'], retryDelays: later },
  row: { name: 'Row', events: ['row.*'] },
  gone: { name: 'Gone', events: ['gone.*'], retryDelays: later },
};

/** Those of the registry that most cases are about, in the order in which they are deployed. */
export const deployed = Object.keys(handlers).filter((id) => handlers[id]?.['registry'] === undefined);

/** The flows of every Node-RED over either store. */
export function flowsFor(receivers: Receivers): readonly FlowNode[] {
  return [
    tab,
    registry({ name: 'Main', eventTypes: [{ id: 'told.own', title: 'Own', sample: { line: 3 } }] }),
    registry({ id: 'brief', name: 'Brief', claimSeconds: 1 }),
    intakeNode('/in'),
    executor(),
    intakeNode('/brief', { id: 'brief_event', registry: 'brief', wires: [['brief_executor']] }),
    executor({ id: 'brief_executor', registry: 'brief' }),
    intakeNode('/dropped', { id: 'dropped', registry: 'brief', wires: [[]] }),
    httpIn('/told', 'told'),
    eventNode({ id: 'told', key: 'payload.key', wires: [['told_executor']] }),
    executor({ id: 'told_executor', wires: [['say'], ['say'], ['say']] }),
    answering('say', '...msg.provisioning, envelope: msg.payload'),
    httpIn('/told-by-all', 'answer_at_once', 'without_answer'),
    code('without_answer', 'return { payload: msg.payload };', ['told']),
    answering('answer_at_once', ''),
    httpResponse,
    ...Object.entries(handlers).map(([id, properties]) =>
      httpHandler(receivers.url(id), { id, ...properties }),
    ),
  ];
}
