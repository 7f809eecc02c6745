import type { NodeAPI, NodeDef } from 'node-red';
import type { Engine } from '../engine/engine.ts';
import type { MissingHandler } from '../engine/words/execution.ts';
import type { DeployedHandlers } from './deployed-handlers.ts';
import { isInSubflow, notInSubflow } from './subflows.ts';

type Engineer = Pick<Engine, 'id' | 'state' | 'refusalOf'>;

/** Why handlers can not be called that executions are parked for as `missing`, as far as the flows tell. */
export class MissingHandlers {
  readonly #red: NodeAPI;
  readonly #deployed: DeployedHandlers;

  constructor(red: NodeAPI, deployed: DeployedHandlers) {
    this.#red = red;
    this.#deployed = deployed;
  }

  /** @returns null where nobody knows yet */
  of(engine: Engineer, handler: string): MissingHandler | null {
    const refusal = engine.refusalOf(handler);
    if (refusal !== null) return { why: 'refused', problem: refusal };
    // Before flows have started nobody knows what handlers there will be.
    if (engine.state !== 'ready') return null;
    const deployed = this.#deployed.find(handler);
    if (deployed) return deployed.registry === engine.id ? null : { why: 'moved', problem: null };
    const written = this.#written(handler);
    if (!written) return { why: 'gone', problem: null };
    return isInSubflow(this.#red, written)
      ? { why: 'refused', problem: notInSubflow }
      : { why: 'off', problem: null };
  }

  /** As the flows hold it, also where it is switched off. */
  #written(handler: string): NodeDef | undefined {
    let found: NodeDef | undefined;
    this.#red.nodes.eachNode((node) => {
      if (node.id === handler && (node.type as string) === 'provisioning-handler') found = node;
    });
    return found;
  }
}
