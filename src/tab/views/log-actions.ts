import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { path } from '../data/api.ts';
import { queryOf } from '../data/filters.ts';
import { shownRegistries } from '../data/shown-registries.ts';
import { ask } from '../editor/ask.ts';
import { notify, tellProblems } from './notices.ts';
import { iconButton } from './parts.ts';

/**
 * What can be done with all executions that match the search.
 * @param onReplay they are being replayed
 */
export function logActions(app: App, onReplay: () => void): TemplateResult {
  const { text, mayWrite } = app;
  const replay = ({ currentTarget }: MouseEvent) =>
    void replayAll(app, currentTarget as HTMLElement, onReplay);
  return html`<span class="button-group">
    ${iconButton({ icon: 'fa-download', label: text('log.export'), act: () => void exportAll(app) })}
    ${mayWrite ? iconButton({ icon: 'fa-history', label: text('log.replay'), act: replay }) : nothing}
  </span>`;
}

/** Asks each registry for something with what its log's search finds, as it is now. */
function searched(app: App) {
  const filter = queryOf(app.navigation.log.fields);
  const registries = shownRegistries(app);
  return <T>(what: 'exports' | 'replay', more: object = {}): Promise<T[]> => {
    const routes = registries.map((registry) => path('registries', registry, what));
    return Promise.all(routes.map((route) => app.api.send<T>('POST', route, { filter, ...more })));
  };
}

/** The API gives an address that works once, without a token. */
async function exportAll(app: App): Promise<void> {
  await tellProblems(app, async () => {
    for (const { url } of await searched(app)<{ url: string }>('exports')) {
      const link = document.createElement('a');
      // A proxy may show the editor elsewhere than Node-RED knows.
      link.href = url.replace(/^.*?(?=provisioning\/exports\/)/, '');
      link.download = '';
      link.click();
    }
    app.announcements.say(app.text('log.exportDone'));
  });
}

async function replayAll(app: App, button: HTMLElement, onReplay: () => void): Promise<void> {
  const { text, formats } = app;
  // What was asked about is replayed, whatever is searched for by then.
  const post = searched(app);
  const replay = async (dryRun: boolean) => {
    const answers = await post<{ matched: number }>('replay', { dryRun });
    return formats.count(answers.reduce((sum, { matched }) => sum + matched, 0));
  };
  await tellProblems(app, async () => {
    const question = {
      text: text('log.replayAsk', { count: await replay(true) }),
      yes: text('button.replay'),
    };
    if ((await ask(app, button, question)) === undefined) return;
    notify(app, text('log.replaying', { count: await replay(false) }), 'success');
    onReplay();
  });
}
