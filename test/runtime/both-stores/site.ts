import assert from 'node:assert/strict';
import type { EventDetails } from '../../../src/engine/words/admin-answers.ts';
import { Cluster } from '../../support/cluster.ts';
import { fewNodes } from '../../support/core-flow.ts';
import { eventually } from '../../support/eventually.ts';
import { type NodeRed, startNodeRed } from '../../support/node-red.ts';
import { envelope, postJson } from '../../support/provisioning-flow.ts';
import { signIn, user } from '../../support/users.ts';
import { flowsFor } from './flows.ts';
import { Receivers } from './receivers.ts';

export type Who = 'admin' | 'writer';

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** The registry that most cases are about, in the admin API. */
export const main = 'registries/registry';

const users = [user('admin', '*'), user('writer', ['provisioning.read', 'provisioning.write'])];
const settings = {
  ...fewNodes,
  adminAuth: { type: 'credentials', users, default: { permissions: 'read' } },
};

/** One Node-RED, and its users. */
export class Member {
  readonly red: NodeRed;
  readonly #tokens: Readonly<Record<Who, string>>;

  static async of(red: NodeRed): Promise<Member> {
    const [admin, writer] = await Promise.all(users.map((one) => signIn(red, one)));
    return new Member(red, { admin: String(admin), writer: String(writer) });
  }

  private constructor(red: NodeRed, tokens: Readonly<Record<Who, string>>) {
    this.red = red;
    this.#tokens = tokens;
  }

  get<T>(path: string): Promise<T> {
    return this.red.get<T>(`provisioning/${path}`);
  }

  async ask<T>(path: string): Promise<Answer<T>> {
    return answerOf<T>(await this.red.admin(`provisioning/${path}`));
  }

  post<T>(path: string, body: unknown = {}, who: Who = 'admin'): Promise<Answer<T>> {
    return this.#send<T>('POST', path, body, who);
  }

  patch<T>(path: string, body: unknown, who: Who = 'admin'): Promise<Answer<T>> {
    return this.#send<T>('PATCH', path, body, who);
  }

  /** To the intake at a path. */
  async receive(body: unknown, headers: Readonly<Record<string, string>> = {}, path = 'in') {
    return answerOf<{ id?: string; ids?: string[]; duplicate?: true }>(
      await this.red.node(path, postJson(body, headers)),
    );
  }

  async #send<T>(method: string, path: string, body: unknown, who: Who): Promise<Answer<T>> {
    const headers = { authorization: `Bearer ${this.#tokens[who]}` };
    return answerOf<T>(await this.red.admin(`provisioning/${path}`, { ...postJson(body, headers), method }));
  }
}

async function answerOf<T>(response: Response): Promise<Answer<T>> {
  return { status: response.status, body: JSON.parse(await response.text()) as T };
}

/** All Node-REDs over one store, of which each request goes to another one. */
export class Site {
  readonly members: readonly Member[];
  readonly receivers: Receivers;
  readonly #end: () => Promise<void>;
  #turn = 0;

  /** One Node-RED over a folder. */
  static async onSqlite(): Promise<Site> {
    const receivers = await Receivers.start();
    const red = await startNodeRed({ flows: flowsFor(receivers), settings });
    return new Site([await Member.of(red)], receivers, () => red.kill9());
  }

  /** So many over one database; the load of other tests ends no lease. */
  static async onPostgres(size: number): Promise<Site> {
    const receivers = await Receivers.start();
    const cluster = await Cluster.start(size, flowsFor(receivers), { leaseSeconds: 60, settings });
    const members = await Promise.all(cluster.instances.map(({ red }) => Member.of(red)));
    return new Site(members, receivers, () => cluster.end());
  }

  private constructor(members: readonly Member[], receivers: Receivers, end: () => Promise<void>) {
    this.members = members;
    this.receivers = receivers;
    this.#end = end;
  }

  async end(): Promise<void> {
    await this.#end();
    await this.receivers.close();
  }

  /** The one whose turn it is. */
  next(): Member {
    this.#turn = (this.#turn + 1) % this.members.length;
    return this.members[this.#turn] as Member;
  }

  /** What all answer: the same. */
  async same<T>(path: string): Promise<T> {
    const [first, ...others] = await Promise.all(this.members.map((member) => member.get<T>(path)));
    for (const other of others) assert.deepEqual(other, first);
    return first as T;
  }

  /** What all answer: the same, and so that `is` holds, before long. */
  agreed<T>(what: string, path: string, is: (answer: T) => boolean, ms = 15_000): Promise<T> {
    let last: T | undefined;
    return eventually(
      what,
      async () => {
        last = await this.same<T>(path);
        return is(last) && { last };
      },
      ms,
    ).then(
      (found) => found.last,
      (error: Error) => {
        throw new Error(`${error.message}; at last ${JSON.stringify(last)}`, { cause: error.cause });
      },
    );
  }

  /** Sends an event of a type to the intake of the next one. @returns its id */
  async emit(type: string, objectId: number | string, data?: object, path?: string): Promise<string> {
    const { event, data: usual } = envelope(objectId, type);
    const { status, body } = await this.next().receive({ event, data: data ?? usual }, {}, path);
    assert.equal(status, 202, JSON.stringify(body));
    return String(body.id);
  }

  /** Events one after the other, each to the next one. */
  async emitEach(type: string, objectIds: readonly (number | string)[]): Promise<string[]> {
    const ids: string[] = [];
    for (const objectId of objectIds) ids.push(await this.emit(type, objectId));
    return ids;
  }

  /** An event once it has come to `status`, with its executions. */
  event(id: string, status: string, registry = main): Promise<EventDetails> {
    return this.agreed<EventDetails>(
      `${id} is ${status}`,
      `${registry}/events/${id}`,
      (event) => event.status === status,
    );
  }
}
