import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { visible } from '../text/visible.ts';

/** A part of a details page with its heading. */
export function section(title: string, content: TemplateResult): TemplateResult {
  return html`<section><h4>${title}</h4>${content}</section>`;
}

export type Fact = readonly [name: string, value: string | TemplateResult | null | undefined];

/** Names and values; what has no value is left out. */
export function facts(all: readonly Fact[]): TemplateResult {
  return html`<dl class="nrp-facts">
    ${all.map(([name, value]) => (value ? html`<div><dt class="nrp-muted">${name}</dt><dd class="nrp-wrap">${value}</dd></div>` : nothing))}
  </dl>`;
}

/** When something was or will be; how far away that is stands in the tooltip. @param at ISO 8601 */
export function time({ formats }: App, at: string): TemplateResult {
  return html`<time datetime=${at} title=${formats.relative(at, Date.now())}>${formats.absolute(at)}</time>`;
}

/** A time for the reader, and as it was written down. */
export function moment(app: App, at: string): TemplateResult {
  return html`${time(app, at)} <span class="nrp-muted">${at}</span>`;
}

/** A text of any length, which can be reached and scrolled by keyboard. */
export function textBlock(name: string, text: string, className = ''): TemplateResult {
  return html`<pre class="nrp-text ${className}" tabindex="0" role="region" aria-label=${name}>${text}</pre>`;
}

export function headersTable(
  caption: string,
  headers: Readonly<Record<string, string>>,
): TemplateResult | typeof nothing {
  const entries = Object.entries(headers);
  if (entries.length === 0) return nothing;
  return html`<table class="nrp-headers">
    <caption class="nrp-muted">${caption}</caption>
    <tbody>
      ${entries.map(([name, value]) => html`<tr><th scope="row" class="nrp-muted">${visible(name)}</th><td>${visible(value)}</td></tr>`)}
    </tbody>
  </table>`;
}
