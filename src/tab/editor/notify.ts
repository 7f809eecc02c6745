/** A short notice of the editor; the text is shown as text. */
export function notify(text: string, type: 'success' | 'warning' | 'error'): void {
  const content = document.createElement('span');
  content.textContent = text;
  RED.notify(content, { type, timeout: type === 'error' ? 8000 : 3000 });
}

/** Puts a text on the clipboard and says so. */
export function copy(text: string, copied: string): void {
  if (RED.clipboard.copyText(text)) notify(copied, 'success');
}
