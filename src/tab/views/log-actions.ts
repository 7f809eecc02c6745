import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { path } from '../data/api.ts';
import { queryOf } from '../data/filters.ts';
import { shownRegistries } from '../data/shown-registries.ts';
import { showCancel } from './cancel-dialog.ts';
import { tellProblems } from './notices.ts';
import { iconButton, wordButton } from './parts.ts';
import { showReplay } from './replay-dialog.ts';

/**
 * What can be done with all executions that match the search.
 * @param conditions what is searched for, in words
 */
export function logActions(app: App, conditions: () => readonly string[]): TemplateResult {
  const { text, mayWrite } = app;
  const found = () => ({
    query: queryOf(app.navigation.log.fields),
    conditions: conditions(),
    registries: shownRegistries(app),
  });
  const waits = app.navigation.log.fields.status.split(',').includes('parked');
  return html`<span class="button-group nrp-worded">
    ${iconButton({ icon: 'fa-download', label: text('log.export'), act: () => void exportAll(app) })}
    ${mayWrite ? wordButton({ icon: 'fa-history', label: text('log.replay'), act: () => showReplay(app, found()) }) : nothing}
    ${mayWrite && waits ? wordButton({ icon: 'fa-ban', label: text('log.cancelParked'), act: () => showCancel(app, found()) }) : nothing}
  </span>`;
}

/** The API gives an address that works once, without a token. */
async function exportAll(app: App): Promise<void> {
  const filter = queryOf(app.navigation.log.fields);
  await tellProblems(app, async () => {
    const routes = shownRegistries(app).map((registry) => path('registries', registry, 'exports'));
    const links = await Promise.all(
      routes.map((route) => app.api.send<{ url: string }>('POST', route, { filter })),
    );
    for (const { url } of links) {
      const link = document.createElement('a');
      // A proxy may show the editor elsewhere than Node-RED knows.
      link.href = url.replace(/^.*?(?=provisioning\/exports\/)/, '');
      link.download = '';
      link.click();
    }
    app.announcements.say(app.text('log.exportDone'));
  });
}
