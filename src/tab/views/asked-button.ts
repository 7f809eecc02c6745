import type { TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { ask } from '../editor/ask.ts';
import { notify, tellProblems } from './notices.ts';
import { wordButton } from './parts.ts';

interface Asked {
  readonly icon: string;
  readonly label: string;
  readonly question: string;
  /** Where it is asked of the API, by POST. */
  readonly route: string;
  /** What is said when the API has agreed. */
  readonly done: string;
  /** Reads anew what has changed. */
  readonly read: () => Promise<void>;
}

/** A button that asks first; then the API does it. */
export function askedButton(app: App, asked: Asked): TemplateResult {
  const { icon, label } = asked;
  const act = ({ currentTarget }: MouseEvent) => void askFirst(app, currentTarget as HTMLElement, asked);
  return wordButton({ icon, label, act });
}

/** Asks beside something; then the API does it. */
export function askFirst(
  app: App,
  beside: HTMLElement,
  { label, question, route, done, read }: Omit<Asked, 'icon'>,
): Promise<void> {
  return tellProblems(app, async () => {
    const answer = await ask(app, beside, { text: question, yes: label });
    if (answer === undefined) return;
    await app.api.send('POST', route);
    notify(app, done, 'success');
    await Promise.all([read(), app.registries.read()]);
  });
}
