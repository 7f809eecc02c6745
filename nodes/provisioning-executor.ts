import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import type { FirstPass } from '../src/engine/delivery/execution-row.ts';
import type { TakeResult } from '../src/engine/delivery/take.ts';
import type { Engine } from '../src/engine/engine.ts';
import { parseEnvelope } from '../src/engine/words/event.ts';
import { ForeignEvents } from '../src/runtime/foreign-events.ts';
import { hopsOf } from '../src/runtime/message-hops.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { requireEngine } from '../src/runtime/node-home.ts';
import { configured, onClose, onInput } from '../src/runtime/node-outcome.ts';
import { provisioningOf } from '../src/runtime/provisioning.ts';
import { RunningStatus } from '../src/runtime/running-status.ts';
import { Waiting } from '../src/runtime/waiting.ts';

interface SavedExecutor extends NodeDef {
  readonly registry: string;
}

interface EventMessage extends NodeMessageInFlow {
  provisioning?: { readonly eventId?: string; readonly registry?: string } | FirstPass;
}

const outputs = ['succeeded', 'failed', 'parked'] as const;

/** Takes events and has their handlers called; sends each message on when its first pass is over. */
export default function provisioningExecutor(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);
  /** By the engine that runs what they count, and by node id. */
  const statuses = new WeakMap<Engine, Map<string, RunningStatus>>();
  const statusOf = (engine: Engine | undefined, node: string): RunningStatus => {
    const ofEngine = (engine && statuses.get(engine)) ?? new Map<string, RunningStatus>();
    if (engine) statuses.set(engine, ofEngine);
    const status = ofEngine.get(node) ?? new RunningStatus(RED);
    ofEngine.set(node, status);
    return status;
  };

  const waitings = new WeakMap<Engine, Waiting>();
  const waitingIn = (engine: Engine): Waiting => {
    const missing = (handler: string) => provisioning.missing.of(engine, handler);
    const waiting = waitings.get(engine) ?? new Waiting(engine, missing);
    waitings.set(engine, waiting);
    return waiting;
  };

  function ProvisioningExecutor(this: Node, def: NodeDef): void {
    RED.nodes.createNode(this, def);
    const saved = configured(this, () => migrate('executor', def as SavedExecutor));
    if (!saved) return;
    const { registry } = saved;
    const deployed = provisioning.engine(registry);
    const status = statusOf(deployed, this.id);
    const hide = status.showAt(this);

    const detach = deployed?.attachExecutor(this.id, (pass, envelope) =>
      send(this, pass, { _msgid: RED.util.generateId(), payload: envelope }),
    );
    const waiting = deployed && waitingIn(deployed);
    const unwatch = waiting?.observe((waits) => status.waits(waits));
    const unobserve = provisioning.observeProblem(registry, (problem) => {
      status.problem(problem);
      // While the journal could not be read, nobody knew what waits.
      if (problem === null) waiting?.ask();
    });
    const showHold = () => status.held(Boolean(deployed?.hold));
    const unheld = deployed?.news.observeSwitches(() => {
      showHold();
      waiting?.judge();
    });
    showHold();
    const foreign = new ForeignEvents(provisioning, (values) =>
      this.warn(RED._('provisioning-executor.warn.foreign', { ...values })),
    );
    onInput<EventMessage>(this, async (msg) => {
      const engine = requireEngine(provisioning, registry);
      const told = msg.provisioning;
      const taken = await takeFor(this, engine, msg);
      if (taken.outcome === 'already') {
        this.warn(RED._('provisioning-executor.warn.taken', { event: String(told?.eventId) }));
        return;
      }
      if (!taken.firstPass) return;
      const pass = await status.during(taken.firstPass, taken.unhandled);
      foreign.note(engine, told);
      // A deploy may have replaced this node meanwhile: the message leaves by the one that now has its id.
      send(RED.nodes.getNode(this.id) ?? this, pass, msg);
    });
    onClose(this, detach, unwatch, unobserve, unheld, hide);
  }
  RED.nodes.registerType('provisioning-executor', ProvisioningExecutor);
}

/** Apart from the rest, so that no copy of the envelope is held while the message waits for the first pass. */
function takeFor(node: Node, engine: Engine, msg: EventMessage): Promise<TakeResult> {
  const { eventId, registry } = msg.provisioning ?? {};
  // What is no id names no event, as a message may have lost its own on the way.
  const named = typeof eventId === 'string' && (registry ?? engine.id) === engine.id ? eventId : undefined;
  const envelope = parseEnvelope(msg.payload);
  // An empty list is taken as an empty object, and the message goes on with what was taken.
  if (Array.isArray((msg.payload as { readonly data: unknown }).data)) msg.payload = envelope;
  return engine.take(envelope, node.id, named, hopsOf(msg));
}

function send(node: Node, pass: FirstPass, msg: EventMessage): void {
  msg.provisioning = pass;
  node.send(outputs.map((output) => (output === pass.status ? msg : null)));
}
