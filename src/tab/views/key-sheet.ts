import { html, render } from 'lit';
import type { Texts } from '../text/translate.ts';
import { keyLines } from './keys.ts';
import { wordButton } from './parts.ts';

/** Shows the keys of the tab, in a dialog that keeps the focus and that Escape closes. */
export function showKeys({ text }: Texts): void {
  const dialog = document.createElement('dialog');
  dialog.className = 'nrp nrp-keys';
  dialog.setAttribute('aria-labelledby', 'nrp-keys-title');
  const lines = keyLines.map(
    ([keys, does]) => html`<div>
      <dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt>
      <dd>${text(`keys.${does}`)}</dd>
    </div>`,
  );
  render(
    html`<h4 id="nrp-keys-title">${text('keys.title')}</h4>
      <dl>${lines}</dl>
      <p class="nrp-muted">${text('keys.where')}</p>
      <p class="nrp-ask-buttons">${wordButton({ icon: '', label: text('button.close'), act: () => dialog.close() })}</p>`,
    dialog,
  );
  // Neither the editor nor the details behind it are meant.
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
