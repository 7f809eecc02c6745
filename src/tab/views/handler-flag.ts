import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import type { Handlers } from '../data/handlers.ts';
import type { Override, Switch } from '../data/shapes.ts';
import { askSwitch } from '../editor/ask-switch.ts';
import { nameOf } from '../text/visible.ts';
import { showDelivery } from './delivery-dialog.ts';
import { flagIcons } from './marks.ts';
import { notify, tellProblems } from './notices.ts';
import { overrideText } from './override-text.ts';
import { iconButton } from './parts.ts';

/**
 * The status flag: a click switches the handler at once, and the menu beside it says to what, why and until when. Where
 * it can't be switched, a click says why.
 */
export function handlerFlag(app: App, handlers: Handlers, row: HandlerRow): TemplateResult {
  const { text } = app;
  const refused = refusalOf(app, row);
  const isOn = row.status === 'enabled';
  const next = isOn ? 'disabled' : 'enabled';
  const { override } = row.deployed ?? {};
  const hints = [refused ?? text(`flagHint.${next}`), override ? overrideText(app, override) : ''];
  const act = () =>
    refused === undefined ? void click(app, handlers, row, next) : notify(app, refused, 'warning');
  const name = nameOf(row);
  const label = text('switch.menu', { name });
  const open = ({ currentTarget }: MouseEvent) =>
    void choose(app, handlers, row, currentTarget as HTMLElement);
  return html`<span class="button-group nrp-flag-group"><button
    type="button"
    class="red-ui-button red-ui-button-small nrp-flag ${isOn ? 'nrp-good' : ''}"
    role="switch"
    aria-checked=${String(isOn)}
    aria-disabled=${refused === undefined ? nothing : 'true'}
    aria-label=${text('flagOf', { name, status: text(`flag.${row.status}`) })}
    title=${hints.filter(Boolean).join('\n')}
    @click=${act}
  ><i class="fa ${flagIcons[row.status]}" aria-hidden="true"></i> <span>${text(`flag.${row.status}`)}</span></button
  >${iconButton({ icon: 'fa-caret-down', label, act: open, refused })}</span>`;
}

function refusalOf({ text, refusal }: App, { standing, status }: HandlerRow): string | undefined {
  if (refusal) return refusal;
  if (standing !== 'deployed') return text(`flagRefused.${standing}`);
  return status === 'archived' ? text('flagRefused.archived') : undefined;
}

/** What was done by one click is undone by one. */
function click(app: App, handlers: Handlers, row: HandlerRow, status: Override['status']): Promise<void> {
  return tellProblems(app, async () => {
    // Before the answer: the row comes with its offer, and what stands in it changes once.
    if (status === 'disabled') handlers.offers.make(row.id, standingOf(row));
    offerMissed(handlers, row, status);
    try {
      await handlers.switch(row, status);
    } catch (error) {
      handlers.offers.end(row.id);
      handlers.missed.end(row.id);
      throw error;
    }
    app.announcements.say(app.text(`flagDone.${status}`, { name: nameOf(row) }));
  });
}

async function choose(app: App, handlers: Handlers, row: HandlerRow, beside: HTMLElement): Promise<void> {
  const { text } = app;
  const { override, configuredStatus = 'enabled' } = row.deployed ?? {};
  const chosen = await askSwitch(app, beside, {
    title: text('switch.title', { name: nameOf(row) }),
    statuses: ['enabled', 'held', 'disabled'],
    chosen: row.status as Override['status'],
    configured: configuredStatus,
    reason: override?.reason ?? '',
    yes: text('switch.yes'),
    // Who is disabled is not delivered to.
    ...(row.status !== 'disabled' && {
      also: { label: text('deliver.open'), act: () => showDelivery(app, row, handlers.missed.of(row.id)) },
    }),
  });
  if (!chosen) return;
  await tellProblems(app, async () => {
    offerMissed(handlers, row, chosen.status);
    await handlers.switch(row, chosen.status, chosen);
    handlers.offers.end(row.id);
    app.announcements.say(text(`flagDone.${chosen.status}`, { name: nameOf(row) }));
  });
}

/** Who is disabled no more has missed what came meanwhile. */
function offerMissed(handlers: Handlers, { id, deployed }: HandlerRow, status: Override['status']): void {
  const { override } = deployed ?? {};
  if (status === 'disabled') handlers.missed.end(id);
  else if (override?.status === 'disabled') handlers.missed.make(id, override.at);
}

/** How it stands, so that it can be switched back. */
function standingOf({ deployed }: HandlerRow): Switch {
  const { override, configuredStatus } = deployed ?? {};
  if (!override) return { status: configuredStatus as Override['status'] };
  const { status, reason, until } = override;
  return { status, ...(reason && { reason }), ...(until && { until }) };
}
