import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import type { RegistryRow } from '../../src/engine/words/admin-answers.ts';
import { grants as everything } from '../../src/engine/words/operation.ts';
import { type Behaviour, type MisbehavingServer, misbehavingServer } from './misbehaving-server.ts';
import { type FlowNode, type NodeRed, type NodeRedOptions, startNodeRed } from './node-red.ts';
import { packageRoot, readJson } from './package.ts';
import { envelope, httpHandler, postJson, registry } from './provisioning-flow.ts';

/** The flow in `docs/`, as it is imported. */
export const dashboardFlow: readonly FlowNode[] = readJson<FlowNode[]>('docs/dashboard/flow.json');

/** The same, but its pages read again ten times as often as they do in quiet times. */
export const livelyFlow = dashboardFlow.map((node) =>
  node.type === 'ui-template'
    ? { ...node, format: String(node['format']).replace('}, 5000);', '}, 500);') }
    : node,
);

export const dashboardNodes = dirname(
  createRequire(import.meta.url).resolve('@flowfuse/node-red-dashboard/package.json'),
);

/** What runs in a page if it takes a text for a template, or for HTML. */
export const hostile = `{{constructor.constructor('window.taken = 1')()}}<img src=x onerror="window.taken = 1">`;

export type PageName = 'overview' | 'handlers' | 'executions';

export interface FlowChoices {
  /** What is ticked in its query node: all of it by default. */
  readonly grants?: readonly string[];
  readonly theme?: 'light' | 'dark';
}

/** The flow with the one thing chosen that has to be: the registry; and with a theme for its pages. */
export function imported({ grants = everything, theme = 'light' }: FlowChoices = {}): FlowNode[] {
  return livelyFlow.map((node) => {
    if (node.type === 'ui-page') return { ...node, theme: `provisioning-dashboard-${theme}` };
    if (node.type !== 'provisioning-query') return node;
    return { ...node, registry: 'registry', grants };
  });
}

/** A Node-RED with Dashboard 2.0 and a registry, the flow yet to come: one handler answers well, one fails, one waits. */
export class Operated {
  readonly red: NodeRed;
  readonly receiver: MisbehavingServer;
  readonly #handlers: readonly FlowNode[];

  private constructor(red: NodeRed, receiver: MisbehavingServer, handlers: readonly FlowNode[]) {
    this.red = red;
    this.receiver = receiver;
    this.#handlers = handlers;
  }

  static async start(options: NodeRedOptions = {}): Promise<Operated> {
    const receiver = await misbehavingServer(answersByPath);
    const names: readonly [id: string, name: string, retryDelays: readonly number[]][] = [
      ['crm', 'CRM', []],
      ['softswitch', 'Softswitch', []],
      ['mailbox', 'Mailbox', [36_000]],
      ['hostile', hostile, []],
    ];
    const handlers = names.map(([id, name, retryDelays], place) =>
      httpHandler(`${receiver.url}/${id}`, { id, name, retryDelays, priority: 10 * (place + 1) }),
    );
    const red = await startNodeRed({
      ...options,
      flows: [registry({ name: 'Billing' }), ...handlers],
      settings: {
        nodesDir: [packageRoot, dashboardNodes],
        externalModules: {},
      },
    });
    return new Operated(red, receiver, handlers);
  }

  /** Deploys the flow with these choices. */
  async choose(choices: FlowChoices): Promise<void> {
    await this.red.deploy([registry({ name: 'Billing' }), ...this.#handlers, ...imported(choices)], 'nodes');
  }

  /** Fires an event straight at the handlers. */
  async fire(objectId: number, eventType = 'clients.create'): Promise<void> {
    const response = await this.red.admin(
      'provisioning/registries/registry/events',
      postJson(envelope(objectId, eventType)),
    );
    if (!response.ok) throw new Error(`fire: ${response.status} ${await response.text()}`);
  }

  get<T>(path: string): Promise<T> {
    return this.red.get<T>(`provisioning/registries/registry/${path}`);
  }

  async registry(): Promise<RegistryRow> {
    const [row] = await this.red.get<RegistryRow[]>('provisioning/registries');
    if (!row) throw new Error('there is no registry');
    return row;
  }

  async end(): Promise<void> {
    await this.red.kill9();
    await this.receiver.close();
  }
}

export const answersByPath: Behaviour = ({ received, response }) => {
  const answer: Record<string, readonly [number, string]> = {
    '/softswitch': [422, '{"error":"the trunk is not known"}'],
    '/mailbox': [503, 'maintenance'],
    '/hostile': [400, hostile],
  };
  const [code, body] = answer[received.path] ?? [200, '{"ok":true}'];
  response.writeHead(code, { 'content-type': 'application/json' }).end(body);
};

/** Where Vue keeps what Dashboard gives to all that it shows. */
interface MountedApp {
  readonly __vue_app__: {
    readonly _context: { readonly provides: { readonly $socket: { emit(...args: unknown[]): void } } };
  };
}

/** The dashboard in a browser, as an operator has it. */
export class Dashboard {
  readonly page: Page;
  /** Errors of the page and of its console so far. */
  readonly problems: string[] = [];
  /** What its socket has got so far. */
  readonly received: string[] = [];
  readonly #url: string;

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    page.on('pageerror', (error) => this.problems.push(String(error.stack ?? error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(`${message.text()} (${message.location().url})`);
    });
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => this.received.push(String(payload))),
    );
  }

  static async open(
    browser: Browser,
    red: NodeRed,
    httpCredentials?: { readonly username: string; readonly password: string },
  ): Promise<Dashboard> {
    const page = await browser.newPage({
      viewport: { width: 1200, height: 900 },
      timezoneId: 'America/St_Johns',
      ...(httpCredentials && { httpCredentials }),
    });
    return new Dashboard(page, red.url);
  }

  /** Opens a page of it, with what a link to it says. */
  async go(name: PageName, query = ''): Promise<void> {
    await this.page.goto(`${this.#url}/dashboard/provisioning-${name}${query}`);
    await this.page.locator(`.nrp[data-view="${name}"]`).waitFor();
  }

  async setWidth(width: number): Promise<void> {
    await this.page.setViewportSize({ width, height: 900 });
  }

  handler(id: string): Locator {
    return this.page.locator(`[data-handler="${id}"]`);
  }

  get rows(): Locator {
    return this.page.locator('[data-execution]');
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  dialog(name: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name });
  }

  /** What the flow tells: an outcome, or an error. */
  get told(): Locator {
    return this.page.locator('.nrdb-ui-notification .v-snackbar__content');
  }

  /** Sends a message as a widget would, but with whatever in it. */
  async emit(widget: string, message: object): Promise<void> {
    await this.page.evaluate(
      ([widget, message]) => {
        const root = document.querySelector('#app') as unknown as MountedApp;
        root.__vue_app__._context.provides.$socket.emit('widget-send', widget, message);
      },
      [widget, message] as const,
    );
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
