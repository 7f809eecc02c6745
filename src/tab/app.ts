import { Announcements } from './data/announcements.ts';
import { Api } from './data/api.ts';
import { type LinkedRow, linkTo } from './data/links.ts';
import { LiveFeed } from './data/live-feed.ts';
import type { Model } from './data/model.ts';
import { Navigation } from './data/navigation.ts';
import { browserStorage, Preferences } from './data/preferences.ts';
import { Registries } from './data/registries.ts';
import { SavedSearches } from './data/saved-searches.ts';
import { Formats } from './text/formats.ts';
import type { Texts, Translate } from './text/translate.ts';

/** Opens what one looks at more closely. */
export interface Details {
  execution(registry: string, id: string): void;
  event(registry: string, id: string): void;
  /** The dialog that fires a test event. */
  testEvent(): Promise<void>;
}

/** What every view has at hand. */
export interface App extends Model, Texts {
  readonly announcements: Announcements;
  readonly details: Details;
  readonly formats: Formats;
  /** The address of what is shown now, or of the details of a row beside it. */
  linkTo(row?: LinkedRow): string;
  readonly searches: SavedSearches;
  /** Whether the user may change anything. */
  readonly mayWrite: boolean;
  /** Whether flows can be edited beside it: not on a page of its own. */
  readonly hasFlows: boolean;
  /** What is said where the user may not. */
  readonly refusal: string | undefined;
}

/**
 * @param translate the editor's translation of this plugin's texts
 * @param hasFlows whether there is an editor around it
 */
export function createApp(translate: Translate, detailsOf: (app: App) => Details, hasFlows = true): App {
  const api = new Api((url, options) => $.ajax(url, options));
  const preferences = new Preferences(browserStorage(), location.pathname, RED.settings);
  return {
    announcements: new Announcements(),
    hasFlows,
    api,
    // The same beside the editor and on a page of its own.
    searches: new SavedSearches(
      new Preferences(browserStorage(), `${location.pathname.replace(/[^/]*$/, '')} searches`),
    ),
    feed: new LiveFeed(RED.comms, api),
    registries: new Registries({ api, comms: RED.comms }),
    navigation: new Navigation(preferences),
    preferences,
    formats: new Formats(RED.i18n.lang()),
    linkTo(row) {
      const here = location.href.replace(/[?#].*$/s, '');
      return here + linkTo({ ...this.navigation.place, row });
    },
    text: (key, values) => translate(`provisioning-tab.${key}`, values),
    get details() {
      return detailsOf(this);
    },
    get mayWrite() {
      return RED.user.hasPermission('provisioning.write');
    },
    get refusal() {
      return this.mayWrite ? undefined : this.text('readOnly');
    },
  };
}
