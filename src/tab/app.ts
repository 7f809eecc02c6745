import { Announcements } from './data/announcements.ts';
import { Api } from './data/api.ts';
import { LiveFeed } from './data/live-feed.ts';
import { Navigation } from './data/navigation.ts';
import { Preferences } from './data/preferences.ts';
import { Registries } from './data/registries.ts';
import { Formats } from './text/formats.ts';

export type Translate = (key: string, values?: Readonly<Record<string, unknown>>) => string;

/** What every view has at hand. */
export interface App {
  readonly announcements: Announcements;
  readonly api: Api;
  readonly feed: LiveFeed;
  readonly registries: Registries;
  readonly navigation: Navigation;
  readonly preferences: Preferences;
  readonly formats: Formats;
  readonly text: Translate;
  /** Whether the user may change anything. */
  readonly mayWrite: boolean;
}

/** @param translate the editor's translation of this plugin's texts */
export function createApp(translate: Translate): App {
  const api = new Api((url, options) => $.ajax(url, options));
  const preferences = new Preferences(RED.settings);
  const navigation = new Navigation(preferences);
  const registries = new Registries(api, () => navigation.renew());
  return {
    announcements: new Announcements(),
    api,
    feed: new LiveFeed(RED.comms, api),
    registries,
    navigation,
    preferences,
    formats: new Formats(RED.i18n.lang()),
    text: (key, values) => translate(`provisioning-tab.${key}`, values),
    get mayWrite() {
      return RED.user.hasPermission('provisioning.write');
    },
  };
}
