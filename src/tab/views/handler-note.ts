import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import type { Handlers } from '../data/handlers.ts';
import type { Override, Switch } from '../data/shapes.ts';
import { ask } from '../editor/ask.ts';
import { nameOf } from '../text/visible.ts';
import { showDelivery } from './delivery-dialog.ts';
import { tellProblems } from './notices.ts';
import { overrideText } from './override-text.ts';
import { iconButton, wordButton } from './parts.ts';

/** Whether there is something to say of a handler's switch. */
export function hasNote(handlers: Handlers, row: HandlerRow): boolean {
  return Boolean(
    row.deployed && (row.deployed.override ?? offerFor(handlers, row) ?? handlers.missed.of(row.id)),
  );
}

/** Who switched a handler, when, until when and why, with the ways to say why and to undo it. */
export function handlerNote(app: App, handlers: Handlers, row: HandlerRow): TemplateResult | typeof nothing {
  if (!row.deployed || !hasNote(handlers, row)) return nothing;
  const { override, configuredStatus } = row.deployed;
  const { text } = app;
  const before = offerFor(handlers, row);
  const missed = row.status === 'disabled' ? undefined : handlers.missed.of(row.id);
  const undo = () => void switchBack(app, handlers, row, { status: configuredStatus as Override['status'] });
  return html`<div class="nrp-override">
    <i class="fa fa-hand-paper-o" aria-hidden="true"></i>
    <span class="nrp-override-text nrp-wrap">${override ? overrideText(app, override) : nothing}
      ${before ? html`<b>${text('offer.text')}</b>` : nothing}
      ${missed ? html`<b>${text('deliver.offer', { time: app.formats.absolute(missed) })}</b>` : nothing}</span>
    ${before ? offer(app, handlers, row, before) : nothing}
    ${missed ? missedOffer(app, handlers, row, missed) : nothing}
    ${
      app.mayWrite && override
        ? html`<span class="button-group">
            ${iconButton({ icon: 'fa-pencil', label: text('override.explain'), act: (event) => void explain(app, handlers, row, override, event) })}
            ${before ? nothing : iconButton({ icon: 'fa-undo', label: text('override.undo'), act: undo })}
          </span>`
        : nothing
    }
  </div>`;
}

/** Once it is switched otherwise, in whatever way, there is nothing to undo. */
function offerFor({ offers }: Handlers, { id, status }: HandlerRow): Switch | undefined {
  return status === 'disabled' ? offers.of(id) : undefined;
}

/** It stays while pointer or focus is at it. */
function offer(app: App, handlers: Handlers, row: HandlerRow, before: Switch): TemplateResult {
  const { offers } = handlers;
  const keep = () => offers.keep(row.id);
  const letGo = () => offers.letGo(row.id);
  const act = ({ currentTarget }: MouseEvent) => {
    // What had the focus is gone with the offer.
    const note = (currentTarget as HTMLElement).closest('tr');
    note?.previousElementSibling?.querySelector<HTMLElement>('.nrp-flag')?.focus();
    void switchBack(app, handlers, row, before);
  };
  return html`<span @mouseenter=${keep} @mouseleave=${letGo} @focusin=${keep} @focusout=${letGo}
    >${wordButton({ icon: 'fa-undo', label: app.text('offer.undo'), act })}</span>`;
}

/** It stays while pointer or focus is at it. */
function missedOffer(app: App, handlers: Handlers, row: HandlerRow, since: string): TemplateResult {
  const { missed } = handlers;
  const keep = () => missed.keep(row.id);
  const letGo = () => missed.letGo(row.id);
  const act = () => showDelivery(app, row, since);
  return html`<span @mouseenter=${keep} @mouseleave=${letGo} @focusin=${keep} @focusout=${letGo}
    >${wordButton({ icon: 'fa-share', label: app.text('deliver.open'), act, refused: app.refusal })}</span>`;
}

async function explain(
  app: App,
  handlers: Handlers,
  row: HandlerRow,
  { status, reason, until }: Override,
  { currentTarget }: MouseEvent,
): Promise<void> {
  const { text } = app;
  const given = await ask(app, currentTarget as HTMLElement, {
    text: text('override.ask'),
    yes: text('button.save'),
    field: text('override.reason'),
    value: reason ?? '',
  });
  if (given === undefined) return;
  await tellProblems(app, async () => {
    await handlers.switch(row, status, { ...(given && { reason: given }), ...(until && { until }) });
    app.announcements.say(text('override.explainDone'));
  });
}

function switchBack(app: App, handlers: Handlers, row: HandlerRow, before: Switch): Promise<void> {
  return tellProblems(app, async () => {
    handlers.offers.end(row.id);
    await handlers.switch(row, before.status, before);
    app.announcements.say(app.text(`flagDone.${before.status}`, { name: nameOf(row) }));
  });
}
