import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { Editor } from './editor.ts';
import { type FlowNode, type NodeRed, startNodeRed } from './node-red.ts';

/**
 * One Node-RED and one browser for all tests of the `describe` that it is made in; each test opens an editor of its
 * own, which must not have met a problem when the test is over.
 */
export class EditorSuite {
  nodeRed!: NodeRed;
  #browser: Browser | undefined;
  #editor: Editor | undefined;

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
      const problems = this.#editor?.problems.splice(0);
      await this.#editor?.close();
      assert.deepEqual(problems, []);
    });
  }

  /** Deploys the flows and opens the editor. */
  async open(flows: readonly FlowNode[], options: Parameters<typeof Editor.open>[2] = {}): Promise<Editor> {
    assert.ok(this.#browser);
    await this.nodeRed.deploy(flows);
    this.#editor = await Editor.open(this.#browser, this.nodeRed, options);
    return this.#editor;
  }

  /** A node of the flows in force. */
  async deployed(id: string): Promise<FlowNode> {
    const node = (await this.nodeRed.flows()).find((node) => node.id === id);
    assert.ok(node, `${id} is not deployed`);
    return node;
  }
}
