import type { FlowNode, NodeRed } from '../../test/support/node-red.ts';
import { envelopeOf } from './envelope.ts';

/** What came of a run: messages a second, and the delay of Node-RED's event loop meanwhile, in ms. */
export interface Run {
  readonly perSecond: number;
  readonly loopDelayP99: number;
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
const made = (${flowFunction})(node, perf, (id) => envelopeOf(${JSON.stringify(eventType)}, id));
context.set('take', made);
return made(msg);`,
      wires: [[through], [`${name}-end`]],
    },
    { ...place, id: `${name}-end`, type: 'http response', wires: [] },
  ];
}

/** Where what goes round comes back to. */
export function backTo(name: string): string {
  return `${name}-loop`;
}

/** @throws when a message came back with anything but success */
export async function runLoop(nodeRed: NodeRed, name: string, count: number, inFlight: number): Promise<Run> {
  const response = await nodeRed.node(`bench/${name}?count=${count}&inFlight=${inFlight}`);
  const { elapsed, delay, bad } = (await response.json()) as { elapsed: number; delay: number; bad: number };
  if (bad > 0) throw new Error(`${name}: ${bad} of ${count} did not succeed`);
  return { perSecond: (count * 1000) / elapsed, loopDelayP99: delay };
}

/** Runs inside a function node, from its source. Made once: what it uses must not be looked up in a sandbox each time. */
const flowFunction = `(node, perf, envelope) => {
  const { performance, monitorEventLoopDelay } = perf;
  let object = 0;
  let run;
  const next = () => {
    run.left -= 1;
    object = (object + 1) % 20000;
    return { payload: envelope(object) };
  };
  const begin = (msg) => {
    const count = Number(msg.req.query.count);
    run = {
      left: count, out: count, bad: 0, msg, began: performance.now(),
      delay: monitorEventLoopDelay({ resolution: 1 }),
    };
    run.delay.enable();
    for (let n = Math.min(count, Number(msg.req.query.inFlight)); n > 0; n -= 1) node.send([next(), null], false);
  };
  return (msg) => {
    if (msg.req) return begin(msg);
    run.out -= 1;
    const status = msg.provisioning ? msg.provisioning.status : msg.statusCode === undefined ? 'succeeded' : msg.statusCode;
    if (status !== 'succeeded' && status !== 200) run.bad += 1;
    if (run.left > 0) return [next(), null];
    if (run.out > 0) return null;
    const elapsed = performance.now() - run.began;
    run.delay.disable();
    return [null, { ...run.msg, payload: { elapsed, delay: run.delay.percentile(99) / 1e6, bad: run.bad } }];
  };
}`;
