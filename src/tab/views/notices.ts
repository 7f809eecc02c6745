import type { App } from '../app.ts';
import { ApiError } from '../data/api.ts';

/** A short notice of the editor, which is heard as well; the text is shown as text. */
export function notify({ announcements }: App, text: string, type: 'success' | 'warning' | 'error'): void {
  const content = document.createElement('span');
  content.textContent = text;
  RED.notify(content, { type, timeout: type === 'error' ? 8000 : 3000 });
  announcements.say(text, type === 'error' ? 'alert' : 'status');
}

/** Puts a text on the clipboard and says so. */
export function copy(app: App, text: string, copied: string): void {
  if (RED.clipboard.copyText(text)) notify(app, copied, 'success');
}

/** Does something, and tells when the API refuses. */
export async function tellProblems(app: App, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    notify(app, problemOf(app, error), 'error');
  }
}

export function problemOf({ text }: App, error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  if (error.lostConnection) return text('problem.lost');
  if (error.forbidden) return text('problem.forbidden');
  return error.message;
}
