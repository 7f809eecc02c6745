import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { type Behaviour, type MisbehavingServer, misbehavingServer } from './misbehaving-server.ts';
import { type FlowNode, type NodeRed, startNodeRed } from './node-red.ts';
import { packageRoot, readJson } from './package.ts';
import { envelope, httpHandler, postJson, registry } from './provisioning-flow.ts';

/** The flow in `docs/`, as it is imported. */
export const dashboardFlow: readonly FlowNode[] = readJson<FlowNode[]>('docs/dashboard/flow.json');

export const dashboardNodes = dirname(
  createRequire(import.meta.url).resolve('@flowfuse/node-red-dashboard/package.json'),
);

/** What runs in a page if it takes a text for a template, or for HTML. */
export const hostile = `{{constructor.constructor('window.taken = 1')()}}<img src=x onerror="window.taken = 1">`;

export type PageName = 'overview' | 'handlers' | 'executions';

export interface FlowChoices {
  /** What the author of the flow grants; all that it asks for by default. */
  readonly grants?: readonly string[];
  readonly theme?: 'light' | 'dark';
}

/** The flow with the one thing chosen that has to be: the registry; and with a theme for its pages. */
export function imported({ grants, theme = 'light' }: FlowChoices = {}): FlowNode[] {
  return dashboardFlow.map((node) => {
    if (node.type === 'ui-page') return { ...node, theme: `provisioning-dashboard-${theme}` };
    if (node.type !== 'provisioning-query') return node;
    return { ...node, registry: 'registry', ...(grants && { grants }) };
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

  static async start(nodeRed?: string): Promise<Operated> {
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
      ...(nodeRed && { nodeRed }),
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

  async end(): Promise<void> {
    await this.red.kill9();
    await this.receiver.close();
  }
}

const answersByPath: Behaviour = ({ received, response }) => {
  const answer: Record<string, readonly [number, string]> = {
    '/softswitch': [422, '{"error":"the trunk is not known"}'],
    '/mailbox': [503, 'maintenance'],
    '/hostile': [400, hostile],
  };
  const [code, body] = answer[received.path] ?? [200, '{"ok":true}'];
  response.writeHead(code, { 'content-type': 'application/json' }).end(body);
};

/** The dashboard in a browser, as an operator has it. */
export class Dashboard {
  readonly page: Page;
  /** Errors of the page and of its console so far. */
  readonly problems: string[] = [];
  readonly #url: string;

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    page.on('pageerror', (error) => this.problems.push(String(error.stack ?? error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(`${message.text()} (${message.location().url})`);
    });
  }

  static async open(browser: Browser, red: NodeRed): Promise<Dashboard> {
    return new Dashboard(await browser.newPage({ viewport: { width: 1200, height: 900 } }), red.url);
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

  async close(): Promise<void> {
    await this.page.close();
  }
}
