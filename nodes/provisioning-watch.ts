import type { Node, NodeAPI, NodeDef } from 'node-red';
import { alarmMessage, alarmStatus } from '../src/runtime/alarm-message.ts';
import { migrate } from '../src/runtime/migrations.ts';
import { configured, errorStatus, onClose } from '../src/runtime/node-outcome.ts';
import { provisioningOf } from '../src/runtime/provisioning.ts';
import { watchConfigOf } from '../src/runtime/watch-config.ts';

interface SavedWatchNode extends NodeDef {
  readonly registry: string;
}

/** Sends a message when something begins to go wrong for long, and when that is over. */
export default function provisioningWatch(RED: NodeAPI): void {
  const provisioning = provisioningOf(RED);

  function ProvisioningWatch(this: Node, def: NodeDef): void {
    RED.nodes.createNode(this, def);
    const read = configured(this, () => watchConfigOf(migrate('watch', def)));
    if (!read) return;
    const { registry } = def as SavedWatchNode;
    const engine = provisioning.engine(registry);
    let problem: string | null = null;
    let status = {};
    const show = () => this.status(problem === null ? status : errorStatus(problem));
    const unobserve = provisioning.observeProblem(registry, (is) => {
      problem = is;
      show();
    });
    const detach = engine?.watches.attach(this.id, read.config, {
      tell: (alarm) => {
        const { id, name = '' } = engine.config;
        this.send(alarmMessage(RED, alarm, { registry: { id, name }, saved: read.saved }));
      },
      show: (alarms) => {
        status = alarmStatus(RED, alarms);
        show();
      },
    });
    onClose(this, unobserve, detach);
  }
  RED.nodes.registerType('provisioning-watch', ProvisioningWatch);
}
