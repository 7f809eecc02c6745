import type { App } from '../app.ts';

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
