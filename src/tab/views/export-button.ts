import type { TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { LogName } from '../data/live-log.ts';
import { shownRegistries } from '../data/shown-registries.ts';
import { tellProblems } from './notices.ts';
import { iconButton } from './parts.ts';
import type { Found } from './replay-dialog.ts';

/** Downloads as CSV what the search of a list finds. @param query what is searched for, as the API is asked */
export function exportButton(
  app: App,
  list: LogName,
  query: () => Readonly<Record<string, string>>,
): TemplateResult {
  const act = () => void exportAll(app, list, { query: query(), registries: shownRegistries(app) });
  return iconButton({ icon: 'fa-download', label: app.text('log.export'), act });
}

/** Downloads rows as CSV. The API gives an address that works once, without a token. */
export async function exportAll(
  app: App,
  list: LogName,
  { query: filter, registries }: Pick<Found, 'query' | 'registries'>,
): Promise<void> {
  await tellProblems(app, async () => {
    const { url } = await app.api.send<{ url: string }>('POST', 'exports', { registries, list, filter });
    const link = document.createElement('a');
    // A proxy may show the editor elsewhere than Node-RED knows.
    link.href = url.replace(/^.*?(?=provisioning\/exports\/)/, '');
    link.download = '';
    link.click();
    app.announcements.say(app.text('log.exportDone'));
  });
}
