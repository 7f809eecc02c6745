import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { Sequel } from '../data/circuit-sequel.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import type { Handlers } from '../data/handlers.ts';
import { nameOf, oneLine } from '../text/visible.ts';
import { notify, tellProblems } from './notices.ts';

const tones = { untried: 'success', answers: 'success', fails: 'warning', opened: 'warning' } as const;

/** Closes a circuit, and says what comes of it, as soon as that is known. */
export function closeCircuit(app: App, handlers: Handlers, row: HandlerRow): Promise<void> {
  return tellProblems(app, () =>
    handlers.closeCircuit(row, (sequel) =>
      notify(app, `${nameOf(row)}: ${sequelText(app, sequel)}`, tones[sequel.status]),
    ),
  );
}

/** What has come of closing a handler's circuit. */
export function sequelNote(app: App, handlers: Handlers, row: HandlerRow): TemplateResult | typeof nothing {
  const sequel = handlers.sequelFor(row);
  if (!sequel) return nothing;
  const icon =
    sequel.status === 'fails' || sequel.status === 'opened' ? 'fa-times-circle nrp-bad' : 'fa-link';
  return html`<div class="nrp-override">
    <i class="fa ${icon}" aria-hidden="true"></i>
    <span class="nrp-override-text nrp-wrap">${sequelText(app, sequel)}</span>
  </div>`;
}

function sequelText({ text }: App, { status, error }: Sequel): string {
  return text(`sequel.${status}`, { error: oneLine(error ?? '') });
}
