import { html, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { type DifferenceLine, type Piece, textDifference } from '../text/text-difference.ts';
import { visible } from '../text/visible.ts';

/** Characters of a part of a line that are shown: of what is the same, and of what differs. */
const mostSame = 160;
const mostChanged = 2000;

/** Two texts as lines that went and came; which is which is told by a sign and by words, not by colour alone. */
export function differenceBlock(app: App, name: string, before: string, after: string): TemplateResult {
  const difference = textDifference(before, after);
  if (difference.kind !== 'lines')
    return html`<p class="nrp-muted">${app.text(`compare.${difference.kind}`)}</p>`;
  return html`<div class="nrp-text nrp-difference" tabindex="0" role="region" aria-label=${name}>
    ${difference.lines.map((line) => shownLine(app, line))}
  </div>`;
}

/** A short text that became another one. */
export function replacedBy({ text }: App, before: string, after: string): TemplateResult {
  return html`<del><span class="nrp-hidden">${text('compare.removed')} </span>${before}</del>
    <i class="fa fa-long-arrow-right nrp-muted" aria-hidden="true"></i>
    <ins><span class="nrp-hidden">${text('compare.added')} </span>${after}</ins>`;
}

function shownLine(app: App, line: DifferenceLine): TemplateResult {
  if ('lines' in line)
    return html`<div class="nrp-muted">${app.text(`compare.${line.kind}`, { count: app.formats.count(line.lines) })}</div>`;
  const pieces = line.pieces.map((piece) => shownPiece(app, piece));
  if (line.kind === 'same') return html`<div>${sign(' ')}${pieces}</div>`;
  const word = html`<span class="nrp-hidden">${app.text(`compare.${line.kind}`)} </span>`;
  return line.kind === 'removed'
    ? html`<del>${sign('−')}${word}${pieces}</del>`
    : html`<ins>${sign('+')}${word}${pieces}</ins>`;
}

function sign(shape: string): TemplateResult {
  return html`<span class="nrp-sign" aria-hidden="true">${shape}</span>`;
}

function shownPiece(app: App, { text, changed }: Piece): TemplateResult {
  const shown = shortened(app, text, changed ? mostChanged : mostSame);
  return changed ? html`<b>${shown}</b>` : shown;
}

/** A long text without its middle. */
function shortened(app: App, text: string, most: number): TemplateResult {
  if (text.length <= most) return html`${visible(text)}`;
  const half = most / 2;
  const count = app.formats.count(text.length - most);
  return html`${visible(text.slice(0, half))}<span class="nrp-muted"> … ${app.text('compare.characters', { count })} … </span
    >${visible(text.slice(-half))}`;
}
