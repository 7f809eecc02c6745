import type { Node, NodeAPI, NodeDef, NodeMessageInFlow, NodeStatus } from 'node-red';
import { InvalidInput } from '../src/engine/words/errors.ts';
import { type IntakeCredentials, intakeCredentials } from '../src/runtime/intake/sign-in.ts';
import { type IntakeDef, intakeOf } from '../src/runtime/intake.ts';
import { type EventSource, envelopeOf, keyOf, sampleOf } from '../src/runtime/message.ts';
import { hopsOf } from '../src/runtime/message-hops.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { requireEngine } from '../src/runtime/node-home.ts';
import { configured, errorStatus, onClose, onInput } from '../src/runtime/node-outcome.ts';
import { provisioningOf } from '../src/runtime/provisioning.ts';

interface SavedEvent extends NodeDef, EventSource, IntakeDef {
  readonly registry: string;
}

/** Makes an event out of whatever arrives, journals it, and emits it. */
export default function provisioningEvent(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);
  const intake = intakeOf(RED);

  function ProvisioningEvent(this: Node<object>, def: NodeDef): void {
    RED.nodes.createNode(this, def);
    const credentials = (this.credentials ?? {}) as IntakeCredentials;
    const saved = configured(
      this,
      () => migrate('event', def as SavedEvent),
      (error) => {
        const show = (status: NodeStatus) => this.status(status);
        onClose(this, intake.mount(this, def as SavedEvent, credentials, show, error));
      },
    );
    if (!saved) return;
    const { registry } = saved;

    const engine = () => requireEngine(provisioning, registry);
    let problem: string | null = null;
    let ofIntake: NodeStatus = {};
    const show = () => this.status(problem === null ? ofIntake : errorStatus(problem));

    const detach = provisioning
      .engine(registry)
      ?.attachEmitter(this.id, ({ id, payload, message, eventType, objectId }) => {
        const msg = (message ?? { _msgid: RED.util.generateId() }) as NodeMessageInFlow;
        // A step of its own: also an event that is sent to nobody has come to an end.
        const trace = provisioning.engine(registry)?.traceOf(id);
        trace?.begin();
        try {
          this.send({
            ...msg,
            payload: JSON.parse(payload),
            provisioning: { eventId: id, registry, eventType, objectId },
          } as NodeMessageInFlow);
        } finally {
          trace?.end();
        }
      });
    onInput(this, async (msg) => {
      const envelope = await envelopeOf(RED, this, saved, msg);
      const key = await keyOf(RED, this, saved, msg);
      const { ids, duplicate } = await engine().accept([envelope], this.id, key, msg, hopsOf(msg));
      if (duplicate) this.debug(RED._('provisioning-event.debug.known', { event: ids[0] ?? '' }));
      show();
    });
    const unobserve = provisioning.observeProblem(registry, (now) => {
      problem = registry ? now : RED._('provisioning-event.status.noRegistry');
      show();
    });
    const unmount = intake.mount(this, saved, credentials, (status) => {
      ofIntake = status;
      show();
    });
    const unfire = provisioning.onFire(this.id, async (hops) => {
      const firing = engine();
      const { eventType } = saved;
      if (!eventType) {
        const message = RED._('provisioning-event.error.noType');
        throw new InvalidInput(RED._('provisioning-event.error.node'), [{ field: 'eventType', message }]);
      }
      return firing.accept([sampleOf(firing.catalogue, eventType)], this.id, undefined, undefined, hops);
    });
    onClose(this, detach, unobserve, unmount, unfire);
  }
  RED.nodes.registerType('provisioning-event', ProvisioningEvent, {
    credentials: intakeCredentials,
  });
}
