import { html, nothing, type TemplateResult } from 'lit';
import type { InstanceRow } from '../../engine/words/admin-answers.ts';
import type { App } from '../app.ts';
import type { InstanceSource } from '../data/instances.ts';
import { showsSeveral } from '../data/shown-registries.ts';
import { visible } from '../text/visible.ts';

/** Who shares the registries, and what each one has in hand. */
export function instanceList(app: App, { answer }: InstanceSource): TemplateResult | typeof nothing {
  if (!answer || answer.length === 0) return nothing;
  return html`<section class="nrp-instances">
    <h4>${app.text('instances.title')}</h4>
    <ul>${answer.map((row) => instance(app, row))}</ul>
  </section>`;
}

function instance(app: App, row: InstanceRow): TemplateResult {
  const { text, formats, registries } = app;
  const { id, name, version, state, own, share, running, registry, startedAt, seenAt } = row;
  const now = Date.now();
  const [icon, shade] = state === 'live' ? ['fa-check-circle', 'nrp-good'] : ['fa-times-circle', 'nrp-error'];
  return html`<li class="nrp-items">
    <span><i class="fa ${icon} ${shade}" aria-hidden="true"></i> <strong class="nrp-wrap">${visible(name)}</strong> <span class="nrp-muted">#${id}</span></span>
    ${own ? html`<span class="nrp-muted">${text('instances.own')}</span>` : nothing}
    <span class=${state === 'live' ? '' : 'nrp-error'} title=${formats.absolute(seenAt)}>${
      state === 'live'
        ? text('instances.live', { time: formats.relative(startedAt, now) })
        : text('instances.gone', { time: formats.relative(seenAt, now) })
    }</span>
    <span>${text('instances.running', { count: formats.count(running) })}</span>
    <span title=${text('instances.shareHint')}>${text('instances.share', { percent: Math.round(share * 100) })}</span>
    ${showsSeveral(app) ? html`<span class="nrp-muted">${visible(registries.nameOf(registry))}</span>` : nothing}
    <span class="nrp-muted">${visible(version)}</span>
  </li>`;
}
