import { createApp, type Details } from './app.ts';
import { addStyle } from './styles/styles.ts';
import type { Translate } from './text/translate.ts';
import { detailsOf } from './views/details.ts';
import type { TabView } from './views/tab-view.ts';
import './views/tab-view.ts';

/** Puts the app into the tab's content, where it works while the tab is shown only. */
export function mount(content: HTMLElement, translate: Translate): Details {
  addStyle();
  const app = createApp(translate, detailsOf);
  const view = document.createElement('nrp-tab') as TabView;
  Object.assign(view, { app });
  new IntersectionObserver((entries) => {
    if (!entries.at(-1)?.isIntersecting) view.remove();
    else if (!view.isConnected) content.append(view);
  }).observe(content);
  return app.details;
}
