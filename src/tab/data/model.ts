import type { Api } from './api.ts';
import type { LiveFeed } from './live-feed.ts';
import type { Navigation } from './navigation.ts';
import type { Preferences } from './preferences.ts';
import type { Registries } from './registries.ts';

/** Where what is shown comes from, and what of it is asked for. */
export interface Model {
  readonly api: Api;
  readonly feed: LiveFeed;
  readonly registries: Registries;
  readonly navigation: Navigation;
  readonly preferences: Preferences;
}
