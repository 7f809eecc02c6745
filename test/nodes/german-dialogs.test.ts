import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { placed } from '../support/core-flow.ts';
import type { Dialog } from '../support/dialog.ts';
import { Editor } from '../support/editor.ts';
import { editors } from '../support/editors.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { executor, httpHandler, intakeNode, registry, tab } from '../support/provisioning-flow.ts';

const palette = ['event', 'executor', 'log', 'query', 'watch'];
const events = [
  'clients.create',
  'clients.update',
  'clients.accounts.create',
  'clients.subscriptions.assign',
];

for (const { name, nodeRed: installation } of editors) {
  describe(`the dialogs in German, in the editor of ${name}`, function () {
    this.timeout(60_000);
    let red: NodeRed;
    let browser: Browser;
    let editor: Editor;

    /** Labels of which a part can't be seen. */
    const cut = ({ form }: Dialog) =>
      form.evaluate((form) => {
        for (const folded of form.querySelectorAll('details')) folded.open = true;
        return [...form.querySelectorAll('.form-row > label')]
          .filter((label) => label.checkVisibility() && label.scrollWidth > label.clientWidth)
          .map((label) => label.textContent);
      });

    before(async () => {
      const flows = [
        tab,
        registry({ name: 'Billing' }),
        httpHandler('http://127.0.0.1:9', { name: 'Softswitch Frankfurt', events }),
        intakeNode('/events', {
          id: 'event',
          y: 60,
          intakeAuth: 'bearer',
          credentials: { intakeToken: 'a token' },
        }),
        executor({ y: 160 }),
        ...['log', 'query', 'watch'].map((type, at) =>
          placed(type, `provisioning-${type}`, { registry: 'registry', y: 300 + 60 * at }),
        ),
      ];
      red = await startNodeRed({ flows, ...(installation && { nodeRed: installation }) });
      browser = await launchBrowser();
      editor = await Editor.open(browser, red, { language: 'de' });
    });
    after(async () => {
      await browser?.close();
      await red?.stop();
    });

    afterEach(() => editor.leave());

    it('show their labels whole', async () => {
      for (const id of palette) {
        const dialog = await editor.edit(id);
        assert.deepEqual(await cut(dialog), [], id);
        await dialog.cancel();
      }
      for (const type of ['provisioning-handler', 'provisioning-registry']) {
        const [id] = await editor.idsOf(type);
        const dialog = await editor.editConfig(type, id);
        assert.deepEqual(await cut(dialog), [], type);
        await dialog.cancel();
      }
      assert.deepEqual(editor.problems, []);
    });

    it('leave a handler its name, however many events it has', async () => {
      for (const id of ['log', 'watch']) {
        const dialog = await editor.edit(id);
        const shown = dialog.form.getByText('Softswitch Frankfurt');
        await shown.scrollIntoViewIfNeeded();
        const seen = await shown.evaluate((label) => {
          const { left, right, top, height } = label.getBoundingClientRect();
          const ends = [left + 2, right - 2];
          return ends.every((x) => label.contains(document.elementFromPoint(x, top + height / 2)));
        });
        assert.ok(seen, id);
        await dialog.cancel();
      }
    });
  });
}
