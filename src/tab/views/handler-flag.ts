import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import type { Handlers } from '../data/handlers.ts';
import type { Override } from '../data/shapes.ts';
import { ask } from '../editor/ask.ts';
import { nameOf, visible } from '../text/visible.ts';
import { flagIcons } from './marks.ts';
import { notify, tellProblems } from './notices.ts';
import { iconButton } from './parts.ts';

/** The status flag: a click switches the handler at once; where it can't be switched, a click says why. */
export function handlerFlag(app: App, handlers: Handlers, row: HandlerRow): TemplateResult {
  const { text } = app;
  const refused = refusalOf(app, row);
  const isOn = row.status === 'enabled';
  const next = isOn ? 'disabled' : 'enabled';
  const { override } = row.deployed ?? {};
  const hints = [refused ?? text(`flagHint.${next}`), override ? overrideText(app, override) : ''];
  const act = () =>
    refused === undefined ? void switchTo(app, handlers, row, next) : notify(app, refused, 'warning');
  const name = nameOf(row);
  return html`<button
    type="button"
    class="red-ui-button red-ui-button-small nrp-flag ${isOn ? 'nrp-good' : ''}"
    role="switch"
    aria-checked=${String(isOn)}
    aria-disabled=${refused === undefined ? nothing : 'true'}
    aria-label=${text('flagOf', { name, status: text(`flag.${row.status}`) })}
    title=${hints.filter(Boolean).join('\n')}
    @click=${act}
  ><i class="fa ${flagIcons[row.status]}" aria-hidden="true"></i> <span>${text(`flag.${row.status}`)}</span></button>`;
}

function refusalOf({ text, refusal }: App, { standing, status }: HandlerRow): string | undefined {
  if (refusal) return refusal;
  if (standing !== 'deployed') return text(`flagRefused.${standing}`);
  return status === 'archived' ? text('flagRefused.archived') : undefined;
}

function switchTo(app: App, handlers: Handlers, row: HandlerRow, status: Override['status']): Promise<void> {
  return tellProblems(app, async () => {
    await handlers.switch(row, status);
    app.announcements.say(app.text(`flagDone.${status}`, { name: nameOf(row) }));
  });
}

/** Who switched a handler, when and why, with the ways to say why and to undo it. */
export function overrideNote(app: App, handlers: Handlers, row: HandlerRow): TemplateResult | typeof nothing {
  const { deployed } = row;
  if (!deployed?.override) return nothing;
  const { override, configuredStatus } = deployed;
  const { text } = app;
  const undo = () => void switchTo(app, handlers, row, configuredStatus as Override['status']);
  const explain = async ({ currentTarget }: MouseEvent) => {
    const reason = await ask(app, currentTarget as HTMLElement, {
      text: text('override.ask'),
      yes: text('button.save'),
      field: text('override.reason'),
      value: override.reason ?? '',
    });
    if (reason === undefined) return;
    await tellProblems(app, async () => {
      await handlers.switch(row, override.status, reason);
      app.announcements.say(text('override.explainDone'));
    });
  };
  return html`<div class="nrp-override">
    <i class="fa fa-hand-paper-o" aria-hidden="true"></i>
    <span class="nrp-override-text nrp-wrap">${overrideText(app, override)}</span>
    ${
      app.mayWrite
        ? html`<span class="button-group">
            ${iconButton({ icon: 'fa-pencil', label: text('override.explain'), act: (event) => void explain(event) })}
            ${iconButton({ icon: 'fa-undo', label: text('override.undo'), act: undo })}
          </span>`
        : nothing
    }
  </div>`;
}

function overrideText({ text, formats }: App, { status, by, at, reason }: Override): string {
  const facts = { status: text(`flag.${status}`), by: by ? visible(by) : text('override.somebody') };
  const said = text('override.text', { ...facts, at: formats.absolute(at) });
  return reason ? `${said} ${text('override.why', { reason: visible(reason) })}` : said;
}
