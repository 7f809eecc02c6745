import type { App } from '../app.ts';
import type { RememberedFilter } from '../data/remembered-filter.ts';
import type { SavedSearch } from '../data/saved-searches.ts';
import { ask } from '../editor/ask.ts';
import { showMenu } from '../editor/menu.ts';
import { oneLine } from '../text/visible.ts';

const longestName = 60;

/** A menu of the searches that have a name, with ways to name the present one and to forget one. */
export function showSavedSearches<F extends object>(
  app: App,
  filter: RememberedFilter<F>,
  button: HTMLElement,
): void {
  const { text, announcements, searches } = app;
  const saved = searches.of(filter.name);
  const shown = ({ name }: SavedSearch) => oneLine(name, longestName);
  const uses = saved.map((search) => ({
    label: shown(search),
    onselect: () => filter.only(search.fields as Partial<F>),
  }));
  const deletes = saved.map((search) => ({
    label: text('saved.delete', { name: shown(search) }),
    onselect: () => {
      searches.delete(search);
      announcements.say(text('saved.deleteDone', { name: shown(search) }));
    },
  }));
  const save = { label: text('saved.save'), onselect: () => void saveAs(app, filter, button) };
  const none = { label: text('saved.none'), onselect: () => undefined };
  const first = filter.asked > 0 ? [save] : saved.length === 0 ? [none] : [];
  showMenu(button, [...uses, ...first, ...deletes]);
}

async function saveAs<F extends object>(
  app: App,
  filter: RememberedFilter<F>,
  button: HTMLElement,
): Promise<void> {
  const { text, announcements, searches } = app;
  // What was asked about is saved, whatever is searched for by then.
  const fields = Object.fromEntries(
    Object.entries(filter.fields)
      .map(([field, value]) => [field, String(value)] as const)
      .filter(([, value]) => value.trim() !== ''),
  );
  const question = { text: text('saved.ask'), field: text('column.name'), yes: text('button.save') };
  const name = (await ask(app, button, question))?.slice(0, longestName);
  if (!name) return;
  searches.save({ list: filter.name, name, fields });
  announcements.say(text('saved.saveDone', { name: oneLine(name) }));
}
