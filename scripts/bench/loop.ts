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
      func: `const envelopeOf = ${withoutTypes};\n(${flowFunction})(msg, node, context, perf, (id) => envelopeOf(${JSON.stringify(eventType)}, id));`,
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

const withoutTypes = envelopeOf.toString();

/** Runs inside a function node, from its source. */
const flowFunction = `(msg, node, context, perf, envelope) => {
  const send = (run) => {
    run.left -= 1;
    const id = (context.get('objects') || 0) + 1;
    context.set('objects', id);
    node.send([{ payload: envelope(id % 20000) }, null], false);
  };
  if (msg.req) {
    const count = Number(msg.req.query.count);
    const run = {
      left: count, out: count, bad: 0, msg, began: perf.performance.now(),
      delay: perf.monitorEventLoopDelay({ resolution: 1 }),
    };
    run.delay.enable();
    context.set('run', run);
    for (let n = Math.min(count, Number(msg.req.query.inFlight)); n > 0; n -= 1) send(run);
    return;
  }
  const run = context.get('run');
  run.out -= 1;
  const status = msg.provisioning ? msg.provisioning.status : msg.statusCode === undefined ? 'succeeded' : msg.statusCode;
  if (status !== 'succeeded' && status !== 200) run.bad += 1;
  if (run.left > 0) send(run);
  if (run.out > 0) return;
  const elapsed = perf.performance.now() - run.began;
  run.delay.disable();
  const delay = run.delay.percentile(99) / 1e6;
  node.send([null, { ...run.msg, payload: { elapsed, delay, bad: run.bad } }], false);
}`;
