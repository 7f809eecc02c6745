import type { Browser, Locator, Page } from 'playwright-core';
import { Dialog } from './dialog.ts';
import type { FlowNode, NodeRed } from './node-red.ts';

export interface EditorOptions {
  readonly language?: string;
  readonly theme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
  /** A token of `POST auth/token`, for a Node-RED with `adminAuth`. */
  readonly accessToken?: string;
  /** On a tablet or a phone, where one points with fingers. */
  readonly touch?: boolean;
  /** The address, where it is not that of the editor alone. */
  readonly at?: string;
}

/** What these tests call of the editor's own global. */
interface RED {
  readonly nodes: {
    node(id: string): EditorNode | null;
    filterNodes(filter: { type: string }): EditorNode[];
    eachConfig(visit: (node: EditorNode) => void): void;
    getWorkspaceOrder(): string[];
    clear(): void;
    import(flows: readonly FlowNode[]): void;
    version(revision: string | null): void;
    convertNode(node: EditorNode, options: { credentials: boolean }): FlowNode;
    dirty(isDirty?: false): boolean;
  };
  readonly history: { clear(): void };
  readonly view: { redraw(all: true): void };
  readonly editor: { editConfig(property: string, type: string, id: string, prefix: null): void };
}
interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly validationErrors?: readonly string[];
}
declare const RED: RED;
declare const $: { readonly fx: { off: boolean } };

/** How long the editor lets a pointer rest before it shows a tooltip; nothing else in it waits that long. */
const tooltipMs = 750;

/** The editor in a browser page, with the verbs of somebody who builds a flow. */
export class Editor {
  readonly page: Page;
  /** Errors of the page and of its console so far. */
  readonly problems: string[] = [];

  readonly #nodeRed: NodeRed;

  private constructor(page: Page, nodeRed: NodeRed) {
    this.page = page;
    this.#nodeRed = nodeRed;
    page.on('pageerror', (error) => this.problems.push(String(error.stack ?? error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(`${message.text()} (${message.location().url})`);
    });
  }

  /** Opens the editor and waits until it shows its palette and its flows. */
  static async open(browser: Browser, nodeRed: NodeRed, options: EditorOptions = {}): Promise<Editor> {
    const {
      language = 'en-US',
      theme = 'light',
      viewport = { width: 1400, height: 1000 },
      accessToken,
      touch = false,
      at = nodeRed.url,
    } = options;
    const page = await browser.newPage({
      viewport,
      locale: language,
      hasTouch: touch,
      isMobile: touch,
    });
    page.setDefaultTimeout(10_000);
    const editor = new Editor(page, nodeRed);
    const stored = {
      'editor-language': language,
      'view-dark-theme': theme,
      ...(accessToken && { 'auth-tokens': JSON.stringify({ access_token: accessToken }) }),
    };
    await page.addInitScript(
      ({ stored, tooltipMs }) => {
        for (const [key, value] of Object.entries(stored)) localStorage.setItem(key, value);
        const setLater = globalThis.setTimeout;
        const setTimeout = (work: () => void, ms?: number, ...rest: []) =>
          setLater(work, ms === tooltipMs ? 0 : ms, ...rest);
        globalThis.setTimeout = setTimeout as typeof globalThis.setTimeout;
      },
      { stored, tooltipMs },
    );
    await page.route('**://catalogue.nodered.org/**', (route) => route.fulfill({ json: { modules: [] } }));
    await page.goto(at);
    await editor.ready();
    return editor;
  }

  /**
   * Waits until the palette and the flows are there, and nothing lies over them. Menus open at once from then on: in
   * one that slides open, what is at a point changes under the pointer between press and release.
   */
  async ready(): Promise<void> {
    await this.page.locator('#red-ui-main-container').waitFor({ state: 'visible' });
    // The shade of a deploy is still there when that is over.
    await this.page.locator('#red-ui-full-shade').waitFor({ state: 'hidden' });
    await this.page.waitForFunction(() => RED.nodes.getWorkspaceOrder().length > 0);
    await this.page.evaluate(() => {
      $.fx.off = true;
    });
  }

  /** Cancels the dialogs that lie open, and no longer asks what to do when others deploy. */
  async leave(): Promise<void> {
    for (const tray = this.page.locator('.red-ui-tray').last(); await tray.isVisible(); ) {
      const opened = await tray.elementHandle();
      await tray.locator('[id$="dialog-cancel"]').click();
      await opened?.waitForElementState('hidden');
    }
    await this.page.evaluate(() => RED.nodes.version(null));
  }

  /**
   * Shows the flows in force, as the editor does when another project is opened: in a fraction of the time that it
   * takes to load.
   */
  async beginAnew(): Promise<void> {
    await this.page.evaluate(async () => {
      sessionStorage.clear();
      const response = await fetch('flows', { headers: { 'node-red-api-version': 'v2' } });
      const { flows, rev } = await response.json();
      RED.nodes.clear();
      RED.history.clear();
      RED.nodes.version(rev);
      RED.nodes.import(flows);
      RED.nodes.dirty(false);
      RED.view.redraw(true);
    });
    await this.ready();
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  paletteNode(type: string): Locator {
    return this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
  }

  /** Drags a node from the palette to a place on the canvas. @returns its id */
  async drag(type: string, x: number, y: number): Promise<string> {
    const before = await this.idsOf(type);
    await this.paletteNode(type).scrollIntoViewIfNeeded();
    const from = await this.paletteNode(type).boundingBox();
    const canvas = await this.page.locator('#red-ui-workspace-chart').boundingBox();
    if (!from || !canvas) throw new Error(`the palette has no node ${type}`);
    await this.page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(canvas.x + x, canvas.y + y, { steps: 10 });
    await this.page.mouse.up();
    await this.page.waitForFunction(([type, count]) => RED.nodes.filterNodes({ type }).length > count, [
      type,
      before.length,
    ] as const);
    const id = (await this.idsOf(type)).find((id) => !before.includes(id));
    if (!id) throw new Error(`${type} was not added`);
    return id;
  }

  /** A node on the canvas. */
  node(id: string): Locator {
    return this.page.locator(`[id="${id}"]`);
  }

  /** Opens the dialog of a node on the canvas, as a double click does. */
  async edit(id: string): Promise<Dialog> {
    await this.node(id).locator('.red-ui-flow-node').dblclick();
    return this.dialog('node');
  }

  /** Opens the dialog of a config node, or of a new one. */
  async editConfig(type: string, id = '_ADD_'): Promise<Dialog> {
    await this.page.evaluate(([type, id]) => RED.editor.editConfig('', type, id, null), [type, id] as const);
    return this.dialog('config');
  }

  /** The dialog on top. */
  async dialog(kind: 'node' | 'config'): Promise<Dialog> {
    const dialog = new Dialog(this.page, kind);
    await dialog.settled();
    return dialog;
  }

  /** Deploys, confirms it when nodes are not configured well, and waits until the flows have started again. */
  async deploy(): Promise<void> {
    await this.#nodeRed.started(async () => {
      await this.page.locator('#red-ui-header-button-deploy').click();
      const confirm = this.page.locator('.red-ui-notification button.primary');
      await this.page.waitForFunction(
        () => !RED.nodes.dirty() || document.querySelector('.red-ui-notification button.primary'),
      );
      if (await confirm.isVisible()) await confirm.click();
      await this.page.waitForFunction(() => !RED.nodes.dirty());
    });
  }

  /** Whether there is something to deploy. */
  isDirty(): Promise<boolean> {
    return this.page.evaluate(() => RED.nodes.dirty());
  }

  /** What the open list of completions offers. */
  suggestions(): Locator {
    return this.page.locator('.red-ui-autoComplete-container:visible li');
  }

  /** The ids of the nodes of a type, config nodes too. */
  async idsOf(type: string): Promise<string[]> {
    return this.page.evaluate((type) => {
      const nodes = [...RED.nodes.filterNodes({ type })];
      RED.nodes.eachConfig((node) => {
        if (node.type === type) nodes.push(node);
      });
      return nodes.map(({ id }) => id);
    }, type);
  }

  /** A node as it would be exported. */
  async saved(id: string): Promise<FlowNode> {
    return this.page.evaluate((id) => {
      const node = RED.nodes.node(id);
      if (!node) throw new Error(`there is no node ${id}`);
      return RED.nodes.convertNode(node, { credentials: false });
    }, id);
  }

  /** What the editor finds wrong with a node; empty when nothing. */
  async errorsOf(id: string): Promise<readonly string[]> {
    return this.page.evaluate((id) => RED.nodes.node(id)?.validationErrors ?? [], id);
  }
}
