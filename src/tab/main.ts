import { createApp, type Translate } from './app.ts';

/** What the editor's half of the tab holds of the app. */
export interface Tab {
  /** Opens the dialog that fires a test event. */
  fireTestEvent(): void;
}

/** Puts the app into the tab's content. */
export function mount(_content: HTMLElement, translate: Translate): Tab {
  createApp(translate);
  return { fireTestEvent: () => undefined };
}
