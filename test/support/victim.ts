import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { coreNodes } from './core-nodes.ts';
import { eventually } from './eventually.ts';
import { integrityOf } from './journal-copy.ts';
import { type FlowNode, type NodeRed, startNodeRed } from './node-red.ts';
import { Senders } from './senders.ts';
import { temporaryFolder } from './temporary-folder.ts';

const programs = join(import.meta.dirname, 'programs');

/** A Node-RED that is killed again and again under load, on one user directory. */
export class Victim {
  readonly userDir = temporaryFolder('crash-');
  /** Requests that the receiver had at each restart. */
  readonly restarts: number[] = [];
  /** When each life was ended; ms since the epoch. */
  readonly kills: number[] = [];
  readonly senders = new Senders({ url: () => this.#url, pause: () => Math.random() * 80 });
  readonly #received: () => number;
  red!: NodeRed;
  #url: string | undefined;

  constructor(received: () => number) {
    this.#received = received;
  }

  get folder(): string {
    return join(this.userDir, 'provisioning', 'registry');
  }

  async start(flows?: readonly FlowNode[]): Promise<void> {
    const settings = { provisioning: { scriptDirs: [programs] }, nodesExcludes: coreNodes() };
    this.red = await startNodeRed({ userDir: this.userDir, settings, ...(flows && { flows }) });
    this.#url = `${this.red.url}/in`;
  }

  /** For a second at most, but as long as it takes to accept some events where the machine is slow. */
  async live(): Promise<void> {
    const before = this.senders.accepted.length;
    await sleep(100 + Math.random() * 900);
    await eventually('it accepts events', () => this.senders.accepted.length > before + 10, 20_000);
  }

  async killAndRestart(): Promise<void> {
    this.#url = undefined;
    this.kills.push(Date.now());
    await this.red.kill9();
    await this.#startAgain();
  }

  /** As a service manager does it. */
  async stopAndRestart(): Promise<void> {
    this.#url = undefined;
    await this.red.stop();
    await this.#startAgain();
  }

  async #startAgain(): Promise<void> {
    assert.equal(await integrityOf(this.folder), 'ok');
    await sleep(50); // what it sent last has been received by now
    this.restarts.push(this.#received());
    await this.start();
  }

  async end(): Promise<void> {
    await this.senders.stop();
    await this.red?.kill9();
  }

  /** Everything accepted has been brought to its end. */
  async finish(ms: number): Promise<void> {
    await this.senders.stop();
    await eventually(
      'all events are settled',
      async () => {
        const [only] = await this.red.get<Figures[]>('provisioning/registries');
        return only?.state === 'ready' && only.backlog + only.running + only.parked === 0;
      },
      ms,
    );
  }
}

interface Figures {
  readonly state: string;
  readonly backlog: number;
  readonly running: number;
  readonly parked: number;
}
