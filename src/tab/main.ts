import { createApp } from './app.ts';
import { addStyle } from './styles/styles.ts';
import type { Translate } from './text/translate.ts';
import { detailsOf } from './views/details.ts';
import type { TabView } from './views/tab-view.ts';
import './views/tab-view.ts';

/** What the editor's half of the tab holds of the app. */
export interface Tab {
  /** Opens the dialog that fires a test event. */
  fireTestEvent(): void;
}

const betweenTicks = 10_000;

/**
 * Puts the app into the tab's content. It works while it can be seen only: then it asks the admin API, and follows
 * the live feed.
 */
export function mount(content: HTMLElement, translate: Translate): Tab {
  addStyle();
  const app = createApp(translate, detailsOf);
  const view = document.createElement('nrp-tab') as TabView;
  Object.assign(view, { app });
  let seen = false;
  const show = () => {
    if (seen && !view.isConnected) content.append(view);
    else if (!seen) view.remove();
    if (seen && !document.hidden) app.registries.start();
    else app.registries.stop();
  };
  new IntersectionObserver((entries) => {
    seen = entries.at(-1)?.isIntersecting ?? false;
    show();
  }).observe(content);
  document.addEventListener('visibilitychange', show);
  // Relative times grow old.
  setInterval(() => seen && !document.hidden && app.navigation.tick(), betweenTicks);
  return { fireTestEvent: () => app.details.testEvent() };
}
