import type { FlowNode, NodeRed } from '../../test/support/node-red.ts';
import { eventNode, executor } from '../../test/support/provisioning-flow.ts';
import { callsOf, envelopeOf } from './envelope.ts';

/** What came of a run: messages a second, and the delay of Node-RED's event loop meanwhile, in ms. */
export interface Run {
  readonly perSecond: number;
  readonly loopDelayP99: number;
  /** Messages that came back although a handler is to be called again. */
  readonly parked: number;
}

/**
 * The nodes of a loop on the canvas: it sends messages on to `through`, so many in flight, and a new one for each
 * that comes back.
 */
export function loop(name: string, through: string, eventType: string): FlowNode[] {
  const place = { z: 'tab', x: 0, y: 0 };
  return [
    {
      ...place,
      id: `${name}-begin`,
      type: 'http in',
      method: 'get',
      url: `/bench/${name}`,
      wires: [[`${name}-loop`]],
    },
    {
      ...place,
      id: `${name}-loop`,
      type: 'function',
      outputs: 2,
      libs: [{ var: 'perf', module: 'perf_hooks' }],
      initialize: '',
      finalize: '',
      func: `const take = context.get('take');
if (take) return take(msg);
const envelopeOf = ${envelopeOf.toString()};
const callsOf = ${callsOf.toString()};
const made = (${flowFunction})(node, perf, callsOf, (id, calls) => envelopeOf(${JSON.stringify(eventType)}, id, calls));
context.set('take', made);
return made(msg);`,
      wires: [[through], [`${name}-end`]],
    },
    { ...place, id: `${name}-end`, type: 'http response', wires: [] },
  ];
}

/** A loop through an event node and an executor; the handlers of `bench.<name>` are called. */
export function chainLoop(name: string, registry = 'registry'): FlowNode[] {
  const back = [backTo(name)];
  return [
    ...loop(name, `${name}-event`, `bench.${name}`),
    eventNode({ id: `${name}-event`, registry, wires: [[`${name}-executor`]] }),
    executor({ id: `${name}-executor`, registry, wires: [back, back, back] }),
  ];
}

/** Where what goes round comes back to. */
export function backTo(name: string): string {
  return `${name}-loop`;
}

/**
 * @param bytes of an event's JSON, about
 * @throws when a message came back with a failure for good
 */
export async function runLoop(
  nodeRed: NodeRed,
  name: string,
  count: number,
  inFlight: number,
  bytes = 0,
): Promise<Run> {
  const response = await nodeRed.node(`bench/${name}?count=${count}&inFlight=${inFlight}&bytes=${bytes}`);
  const { elapsed, delay, failed, parked } = (await response.json()) as Record<
    'elapsed' | 'delay' | 'failed' | 'parked',
    number
  >;
  if (failed > 0) throw new Error(`${name}: ${failed} of ${count} failed`);
  return { perSecond: (count * 1000) / elapsed, loopDelayP99: delay, parked };
}

/** Runs inside a function node, from its source. Made once: what it uses must not be looked up in a sandbox each time. */
const flowFunction = `(node, perf, callsOf, envelope) => {
  const { performance, monitorEventLoopDelay } = perf;
  let object = 0;
  let run;
  const next = () => {
    run.left -= 1;
    object = (object + 1) % 20000;
    return { payload: envelope(object, run.calls) };
  };
  const begin = (msg) => {
    const count = Number(msg.req.query.count);
    run = {
      left: count, out: count, failed: 0, parked: 0, msg, began: performance.now(),
      calls: callsOf(Number(msg.req.query.bytes)),
      delay: monitorEventLoopDelay({ resolution: 1 }),
    };
    run.delay.enable();
    for (let n = Math.min(count, Number(msg.req.query.inFlight)); n > 0; n -= 1) node.send([next(), null], false);
  };
  return (msg) => {
    if (msg.req) return begin(msg);
    run.out -= 1;
    const status = msg.provisioning ? msg.provisioning.status : msg.statusCode === undefined ? 'succeeded' : msg.statusCode;
    if (status === 'parked') run.parked += 1;
    else if (status !== 'succeeded' && status !== 200) run.failed += 1;
    if (run.left > 0) return [next(), null];
    if (run.out > 0) return null;
    const elapsed = performance.now() - run.began;
    run.delay.disable();
    const { failed, parked } = run;
    return [null, { ...run.msg, payload: { elapsed, delay: run.delay.percentile(99) / 1e6, failed, parked } }];
  };
}`;
