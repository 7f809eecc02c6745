import { createApp } from './app.ts';
import { placeOf } from './data/links.ts';
import { addStyle } from './styles/styles.ts';
import type { Translate } from './text/translate.ts';
import { detailsOf } from './views/details.ts';
import { showHintsToFingers } from './views/hints.ts';
import { followPointers } from './views/last-pointer.ts';
import type { TabView } from './views/tab-view.ts';
import './views/tab-view.ts';

/** What can be shown from outside of the tab. */
export interface Shown {
  testEvent(): Promise<void>;
  /** Shows what the hash of an address leads to. */
  follow(hash: string): void;
}

/** Puts the app into the tab's content, where it works while the tab is shown only. */
export function mount(content: HTMLElement, translate: Translate, hasFlows = true): Shown {
  addStyle();
  followPointers();
  showHintsToFingers();
  const app = createApp(translate, detailsOf, hasFlows);
  const view = document.createElement('nrp-tab') as TabView;
  Object.assign(view, { app });
  new IntersectionObserver((entries) => {
    if (!entries.at(-1)?.isIntersecting) view.remove();
    else if (!view.isConnected) content.append(view);
  }).observe(content);
  return {
    testEvent: () => app.details.testEvent(),
    follow(hash) {
      const place = placeOf(hash);
      if (!place) return;
      app.navigation.follow(place);
      if (place.row) app.details[place.row.kind](place.row.registry, place.row.id);
    },
  };
}
