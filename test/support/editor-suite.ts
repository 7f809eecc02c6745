import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { Editor, type EditorOptions } from './editor.ts';
import { type FlowNode, type NodeRed, startNodeRed } from './node-red.ts';

/**
 * One Node-RED and one browser for all tests of the `describe` that it is made in. They share an editor, too, except
 * those that open one with options; it must not have met a problem when a test is over.
 */
export class EditorSuite {
  nodeRed!: NodeRed;
  #browser: Browser | undefined;
  #shared: Editor | undefined;
  #inUse: Editor | undefined;

  constructor(flows: readonly FlowNode[]) {
    before(async () => {
      this.nodeRed = await startNodeRed({ flows });
      this.#browser = await launchBrowser();
    });
    after(async () => {
      await this.#browser?.close();
      await this.nodeRed?.stop();
    });
    afterEach(async () => {
      const problems = this.#inUse?.problems.splice(0);
      if (this.#inUse !== this.#shared) await this.#inUse?.close();
      assert.deepEqual(problems, []);
    });
  }

  /** Deploys the flows and shows them in an editor; with options, be they `{}`, in one of its own. */
  async open(flows: readonly FlowNode[], options?: EditorOptions): Promise<Editor> {
    assert.ok(this.#browser);
    await this.#shared?.leave();
    await this.nodeRed.deploy(flows);
    if (options || !this.#shared) this.#inUse = await Editor.open(this.#browser, this.nodeRed, options);
    else {
      await this.#shared.beginAnew();
      this.#inUse = this.#shared;
    }
    if (!options) this.#shared = this.#inUse;
    return this.#inUse;
  }

  /** A node of the flows in force. */
  async deployed(id: string): Promise<FlowNode> {
    const node = (await this.nodeRed.flows()).find((node) => node.id === id);
    assert.ok(node, `${id} is not deployed`);
    return node;
  }
}
