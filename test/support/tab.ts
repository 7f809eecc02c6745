import type { Browser, Locator, Page, Request } from 'playwright-core';
import { Editor, type EditorOptions } from './editor.ts';
import { eventually } from './eventually.ts';
import type { NodeRed } from './node-red.ts';
import { settledTray } from './settled-tray.ts';

interface RED {
  readonly sidebar: { show(id: string): void };
  readonly events: { emit(event: string): void };
}
declare const RED: RED;

export type ViewName = 'handlers' | 'executions' | 'events' | 'overview';

/** The Provisioning tab of an editor. */
export class Tab {
  readonly editor: Editor;
  readonly page: Page;
  readonly root: Locator;

  readonly #asked = new Set<Request>();

  private constructor(editor: Editor) {
    this.editor = editor;
    this.page = editor.page;
    this.page.on('request', (request) => {
      if (request.url().includes('/provisioning/')) this.#asked.add(request);
    });
    const answered = (request: Request) => this.#asked.delete(request);
    this.page.on('requestfinished', answered);
    this.page.on('requestfailed', answered);
    this.root = editor.page.locator('.nrp:has(> nrp-tab)');
  }

  /** Opens the editor and shows the tab in it. */
  static async open(browser: Browser, nodeRed: NodeRed, options: EditorOptions = {}): Promise<Tab> {
    const tab = new Tab(await Editor.open(browser, nodeRed, options));
    await tab.show();
    return tab;
  }

  async show(): Promise<void> {
    await this.page.evaluate(() => RED.sidebar.show('provisioning-tab'));
    await this.root.locator('.nrp-head').waitFor();
  }

  /** Gives the sidebar a width, as if its edge had been dragged there, and beyond. */
  async setWidth(px: number): Promise<void> {
    await this.page.evaluate((px) => {
      const sidebar = document
        .querySelector('.nrp:has(> nrp-tab)')
        ?.closest<HTMLElement>('#red-ui-sidebar, .red-ui-sidebar');
      if (!sidebar) throw new Error('the tab lies in no sidebar');
      sidebar.style.width = `${px}px`;
      // Node-RED 4.1 moves what lies beside it only while its edge is dragged.
      const stack = document.querySelector<HTMLElement>('#red-ui-editor-stack');
      if (stack) stack.style.right = `${px + 9}px`;
      RED.events.emit('sidebar:resize');
    }, px);
    await this.page.waitForFunction(
      (px) => Math.abs((document.querySelector('.nrp:has(> nrp-tab)')?.clientWidth ?? 0) - px) < 20,
      px,
    );
  }

  /** Gives the tab a height, as if it lay in one half of a split sidebar; 'auto': all that there is. */
  async setHeight(height: number | 'auto'): Promise<void> {
    await this.root.evaluate((root, height) => {
      root.style.height = height === 'auto' ? '' : `${height}px`;
    }, height);
  }

  async go(view: ViewName): Promise<void> {
    const names = { handlers: 'Handlers', executions: 'Log', events: 'Events', overview: 'Overview' };
    await this.root.locator('.nrp-nav').getByRole('button', { name: names[view] }).click();
    await this.root.locator(`nrp-${view}`).waitFor();
  }

  button(name: string | RegExp): Locator {
    return this.root.getByRole('button', { name });
  }

  /** Clicks an entry of the menu that lies open. */
  async choose(entry: string): Promise<void> {
    await this.page.locator('.red-ui-menu').getByText(entry).click();
  }

  /** The rows of the table that is shown. */
  get rows(): Locator {
    return this.root.locator('.nrp-table tbody tr');
  }

  row(text: string | RegExp): Locator {
    return this.rows.filter({ hasText: text });
  }

  /** What those who hear the tab were told last: an outcome, or with `alert` an error. */
  announced(role: 'status' | 'alert'): Locator {
    return this.root.locator(`nrp-announcer [role="${role}"]`);
  }

  /** The tray that lies open. */
  get tray(): Locator {
    return this.page.locator('.nrp-tray');
  }

  /** Waits until the admin API has answered all that was asked of it. */
  async answered(): Promise<void> {
    await eventually('all is answered', () => this.#asked.size === 0);
  }

  /** Waits until the tray has slid in and has the focus, which is when its keys count. */
  async traySettled(): Promise<void> {
    await settledTray(this.page);
  }

  async close(): Promise<void> {
    await this.editor.close();
  }
}

/** The text of an element as one sees it. */
export function textOf(element: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: hidden text is not to be seen
  return element.innerText();
}
