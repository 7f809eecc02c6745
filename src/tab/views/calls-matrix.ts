import { html, nothing, type TemplateResult } from 'lit';
import { eventTypesOf } from '../../editor/dialog-plugin.ts';
import type { App } from '../app.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import { callOf, turnsOf } from '../data/handler-search.ts';
import { nameOf, visible } from '../text/visible.ts';

/**
 * Who is called: event types against handlers, each cell the turn that the handler has in the chain.
 * @param all in chain order @param found those of them that have a column
 */
export function callsMatrix(
  app: App,
  all: readonly HandlerRow[],
  found: readonly HandlerRow[],
  asked: string,
): TemplateResult {
  const { text } = app;
  const columns = byRegistry(
    found.filter(({ status, standing }) => status !== 'archived' && standing !== 'deleted'),
  );
  const types = shownTypes(columns).filter(({ id }) => asked.trim() === '' || id.includes(asked.trim()));
  return html`<div class="nrp-scroll nrp-matrix-scroll" tabindex="0" role="region" aria-label=${text('matrix.caption')}>
    <table class="nrp-matrix">
      <caption class="nrp-hidden">${text('matrix.caption')}</caption>
      <thead>
        <tr>
          <th scope="col">${text('column.event')}</th>
          ${columns.map(
            (handler) =>
              html`<th scope="col" title=${visible(handler.name)}><span>${nameOf(handler)}</span></th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${types.map((type) => matrixRow(app, type, columns, turnsOf(all, type.id)))}
      </tbody>
    </table>
    <p class="nrp-muted nrp-legend">
      <span class="nrp-turn nrp-direct">1</span> ${text('matrix.direct')}
      <span class="nrp-turn nrp-pattern">2</span> ${text('matrix.pattern')}
      <span class="nrp-turn nrp-passed">–</span> ${text('matrix.disabled')}
    </p>
  </div>`;
}

/** An event belongs to one registry: each has a chain of its own. */
function byRegistry(handlers: readonly HandlerRow[]): HandlerRow[] {
  return [...Map.groupBy(handlers, ({ registry }) => registry).values()].flat();
}

interface ShownType {
  readonly id: string;
  readonly title: string;
}

function matrixRow(
  { text }: App,
  { id, title }: ShownType,
  columns: readonly HandlerRow[],
  turns: ReadonlyMap<string, number>,
): TemplateResult {
  const cells = columns.map((handler) => {
    const call = callOf(handler.events, id);
    if (!call) return html`<td class="nrp-uncalled"></td>`;
    const turn = turns.get(handler.id);
    const name = nameOf(handler);
    const passed = handler.status === 'enabled' ? 'matrix.offCall' : 'matrix.disabledCall';
    const how = text(turn ? `matrix.${call}Call` : passed, { turn, name });
    return html`<td title=${how}>
      <span class="nrp-turn ${turn ? `nrp-${call}` : 'nrp-passed'}" aria-hidden="true">${turn ?? '–'}</span
      ><span class="nrp-hidden">${how}</span><span class="nrp-cell-name" aria-hidden="true">${name}</span>
    </td>`;
  });
  return html`<tr class=${turns.size === 0 ? 'nrp-nobody' : ''}>
    <th scope="row" title=${visible(title)}>${visible(id)}</th>
    ${cells}
    ${turns.size === 0 ? html`<td class="nrp-nobody-note">${text('matrix.nobody')}</td>` : nothing}
  </tr>`;
}

/** The types of the catalogue, and those that handlers name besides. */
function shownTypes(handlers: readonly HandlerRow[]): readonly ShownType[] {
  const known = eventTypesOf(...new Set(handlers.map(({ registry }) => registry)));
  const others = new Set(handlers.flatMap(({ events }) => events).filter((event) => !event.endsWith('*')));
  for (const { id } of known) others.delete(id);
  return [...known, ...[...others].map((id) => ({ id, title: id }))];
}
