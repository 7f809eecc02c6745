import { html, nothing, type TemplateResult } from 'lit';
import { eventTypesOf } from '../../editor/dialog-plugin.ts';
import type { App } from '../app.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import { callOf, turnsOf } from '../data/handler-search.ts';
import { shownRegistries } from '../data/shown-registries.ts';
import { nameOf, visible } from '../text/visible.ts';

/**
 * Who is called: event types against handlers, each cell the turn that the handler has in the chain. An event belongs
 * to one registry: each has a chain, and a table, of its own.
 * @param all in chain order @param found those of them that have a column
 */
export function callsMatrix(
  app: App,
  all: readonly HandlerRow[],
  found: readonly HandlerRow[],
  asked: string,
): TemplateResult {
  const { text } = app;
  const columns = found.filter(({ status, standing }) => status !== 'archived' && standing !== 'deleted');
  const registries = registriesOf(app, found);
  const several = registries.length > 1;
  return html`<div class="nrp-scroll nrp-matrix-scroll" tabindex="0" role="region" aria-label=${text('matrix.caption')}>
    <div class="nrp-matrix">
    ${registries.map((registry) => {
      const ofIt = (row: HandlerRow) => row.registry === registry;
      const own = columns.filter(ofIt);
      const types = shownTypes(registry, own).filter(({ id }) => id.includes(asked));
      const listens = ({ events }: HandlerRow) => types.some(({ id }) => callOf(events, id));
      return matrixTable(app, several ? visible(app.registries.nameOf(registry)) : '', {
        types,
        columns: asked === '' ? own : own.filter(listens),
        chain: all.filter(ofIt),
      });
    })}
    </div>
    <p class="nrp-muted nrp-legend">
      <span class="nrp-turn nrp-direct">1</span> ${text('matrix.direct')}
      <span class="nrp-turn nrp-pattern">2</span> ${text('matrix.pattern')}
      <span class="nrp-turn nrp-passed">–</span> ${text('matrix.disabled')}
    </p>
  </div>`;
}

/** Those that handlers were found of; where handlers are not searched for, those without any as well. */
function registriesOf(app: App, found: readonly HandlerRow[]): readonly string[] {
  const { text, type, status } = app.navigation.handlers.fields;
  const all = [text, type, status].every((field) => field.trim() === '') ? shownRegistries(app) : [];
  return [...new Set([...all, ...found.map(({ registry }) => registry)])];
}

interface Matrix {
  readonly types: readonly ShownType[];
  readonly columns: readonly HandlerRow[];
  /** All handlers of the registry, in chain order. */
  readonly chain: readonly HandlerRow[];
}

/** @param registry its name where there are several; else '' */
function matrixTable(app: App, registry: string, { types, columns, chain }: Matrix): TemplateResult {
  const { text } = app;
  const caption = [text('matrix.caption'), registry].filter(Boolean).join(': ');
  return html`${registry ? html`<h4 class="nrp-matrix-registry">${registry}</h4>` : nothing}
    <table>
      <caption class="nrp-hidden">${caption}</caption>
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
        ${types.map((type) => matrixRow(app, type, columns, turnsOf(chain, type.id)))}
      </tbody>
    </table>`;
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

/** The types of the registry's catalogue, and those that its handlers name besides. */
function shownTypes(registry: string, handlers: readonly HandlerRow[]): readonly ShownType[] {
  const known = eventTypesOf(registry);
  const others = new Set(handlers.flatMap(({ events }) => events).filter((event) => !event.endsWith('*')));
  for (const { id } of known) others.delete(id);
  return [...known, ...[...others].map((id) => ({ id, title: id }))];
}
