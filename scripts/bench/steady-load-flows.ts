import type { FlowNode } from '../../test/support/node-red.ts';
import {
  eventNode,
  executor,
  httpHandler,
  intakeNode,
  registry,
  tab,
} from '../../test/support/provisioning-flow.ts';
import { envelopeOf } from './envelope.ts';

const inFlight = 64;

/** @param url an endpoint @param script a file with a resident script */
export function steadyFlows(url: string, script: string): FlowNode[] {
  const place = { z: 'tab', x: 0, y: 0 };
  const handler = { concurrency: 2 * inFlight, retryDelays: [1, 5, 30] };
  return [
    tab,
    registry({ concurrency: inFlight, retentionEvents: 20_000 }),
    httpHandler(url, { ...handler, id: 'crm', name: 'CRM', priority: 1 }),
    httpHandler('', {
      ...handler,
      id: 'switch',
      name: 'Switch',
      priority: 2,
      handlerType: 'local',
      command: script,
      mode: 'resident',
    }),
    httpHandler('', { ...handler, id: 'canvas', name: 'Canvas', priority: 3, handlerType: 'flow' }),
    { ...place, id: 'turn', type: 'provisioning-handler-in', handler: 'canvas', wires: [['reply']] },
    { ...place, id: 'reply', type: 'provisioning-handler-reply', wires: [] },
    eventNode({ wires: [['executor']] }),
    intakeNode('/events', { id: 'intake', wires: [['executor']] }),
    executor({ wires: [['load'], ['load'], ['load']] }),
    { ...place, id: 'begin', type: 'http in', method: 'get', url: '/bench/load', wires: [['load']] },
    {
      ...place,
      id: 'load',
      type: 'function',
      outputs: 2,
      libs: [],
      initialize: '',
      finalize: '',
      func: `const take = context.get('take');
if (take) return take(msg);
const made = (${load.toString()})(node, setInterval, ${envelopeOf.toString()}, ${inFlight});
context.set('take', made);
return made(msg);`,
      wires: [['event'], ['end']],
    },
    { ...place, id: 'end', type: 'http response', wires: [] },
  ];
}

type Message =
  | { readonly req: { readonly query: { readonly rate?: string } } }
  | { readonly provisioning: { readonly status: string; readonly eventType: string } };

/**
 * Runs inside a function node, from its source. Three hot objects have one event of a hundred each; half of the others
 * come again and again, the other half never.
 */
function load(
  node: { send(messages: unknown, clone: boolean): void },
  every: typeof setInterval,
  envelope: typeof envelopeOf,
  inFlight: number,
) {
  const sent = { count: 0, out: 0, done: 0, failed: 0 };
  let rate = 0;
  let credit = 0;
  let last = Date.now();
  const objectOf = (n: number) => {
    if (n % 100 < 3) return n % 100;
    return n % 2 ? 1000 + (n % 20_000) : 10_000_000 + n;
  };
  const send = () => {
    while (sent.out < inFlight && credit >= 1) {
      credit -= 1;
      sent.out += 1;
      sent.count += 1;
      node.send([{ payload: envelope('clients.update', objectOf(sent.count)) }, null], false);
    }
  };
  every(() => {
    const now = Date.now();
    credit = Math.min(credit + (rate * (now - last)) / 1000, rate);
    last = now;
    send();
  }, 10);
  return (msg: Message) => {
    if ('req' in msg) {
      if (msg.req.query.rate) rate = Number(msg.req.query.rate);
      return [null, { ...msg, payload: { ...sent } }];
    }
    sent.done += 1;
    if (msg.provisioning.status === 'failed') sent.failed += 1;
    if (msg.provisioning.eventType === 'clients.update') sent.out -= 1;
    send();
    return null;
  };
}
