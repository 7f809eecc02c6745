import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { App } from '../app.ts';
import { ColumnLengths } from '../data/column-lengths.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import type { Handlers } from '../data/handlers.ts';
import { showsSeveral } from '../data/shown-registries.ts';
import { ask } from '../editor/ask.ts';
import { deleteHandler, editHandler } from '../editor/flow-nodes.ts';
import { targetParts } from '../text/target.ts';
import { visible } from '../text/visible.ts';
import { handlerFlag, overrideNote } from './handler-flag.ts';
import { handlerHealth, healthTexts } from './handler-health.ts';
import { deployMark, deployWord } from './marks.ts';
import { iconButton } from './parts.ts';
import { lengthsStyle, tableHead } from './table-head.ts';

/** What was deleted here and can still be undone with one step of the editor's history. */
export type Deletions = Map<string, () => boolean>;

/** Rows in the page at most; beyond that one searches. */
export const mostHandlers = 200;

export function handlerTable(
  app: App,
  handlers: Handlers,
  rows: readonly HandlerRow[],
  deletions: Deletions,
): TemplateResult {
  const { text } = app;
  const several = showsSeveral(app);
  const shown = rows.slice(0, mostHandlers);
  const lengths = new ColumnLengths((row: HandlerRow) => textsOf(app, row)).of(shown);
  const columns = [
    'number',
    'priority',
    'name',
    ...(several ? ['registry'] : []),
    'event',
    'target',
    'health',
    'flag',
    'actions',
  ];
  return html`<div class="nrp-scroll" tabindex="-1">
    <table
      class="nrp-table nrp-handlers ${several ? 'nrp-several' : ''}"
      style=${lengthsStyle(app, columns, lengths)}
    >
      <caption>${text('handlers.caption')}</caption>
      ${tableHead(app, columns)}
      <tbody>
        ${repeat(
          shown,
          ({ id }) => id,
          (row) => tableRow(app, handlers, row, deletions, several),
        )}
      </tbody>
    </table>
  </div>`;
}

function tableRow(
  app: App,
  handlers: Handlers,
  row: HandlerRow,
  deletions: Deletions,
  several: boolean,
): TemplateResult {
  const { text, registries } = app;
  const name = visible(row.name || row.id);
  const registry = visible(registries.nameOf(row.registry));
  const events = eventsOf(row);
  const target = visible(row.target);
  const note = row.deployed?.override
    ? html`<tr class="nrp-note"><td colspan=${several ? 9 : 8}>${overrideNote(app, handlers, row)}</td></tr>`
    : nothing;
  return html`<tr class="nrp-handler nrp-is-${row.mark} nrp-is-${row.status} ${row.deployed?.override ? 'nrp-noted' : ''}">
    <td class="nrp-c-number" title=${text('column.number')}>${row.deployed ? row.deployed.number : '–'}</td>
    <td class="nrp-c-priority"><span title=${text('handlers.priorityHint')}>${row.priority}</span></td>
    <td class="nrp-c-name">
      <span class="nrp-name" title=${name}>${name}</span>
      ${deployMark(app, row.mark, visible(row.deployed?.refused ?? ''))}${problemMark(app, row)}
    </td>
    ${several ? html`<td class="nrp-c-registry" title=${registry}>${registry}</td>` : nothing}
    <td class="nrp-c-event" title=${events}>${events}</td>
    <td class="nrp-c-target" title=${target}>${targetOf(app, row)}</td>
    <td class="nrp-c-health">${handlerHealth(app, handlers, row)}</td>
    <td class="nrp-c-flag">${handlerFlag(app, handlers, row)}</td>
    <td class="nrp-c-actions">${actions(app, row, deletions)}</td>
  </tr>${note}`;
}

/** What stands in the columns that are as wide as their longest text. */
function textsOf(app: App, row: HandlerRow): Record<string, string> {
  return {
    number: String(row.deployed?.number ?? ''),
    name: [visible(row.name || row.id), deployWord(app, row.mark)].filter(Boolean).join('   '),
    registry: visible(app.registries.nameOf(row.registry)),
    event: eventsOf(row),
    ...healthTexts(app, row),
    flag: app.text(`flag.${row.status}`),
  };
}

function eventsOf({ events }: HandlerRow): string {
  return events.map(visible).join(', ');
}

/** The part that tells it from others gives way last. */
function targetOf({ text }: App, { type, target }: HandlerRow): TemplateResult {
  const { telling, place } = targetParts(visible(target));
  return html`<span class="nrp-target"
    ><span class="nrp-type">${text(`type.${type}`)}</span> <span class="nrp-telling">${telling}</span> ${
      place === '' ? nothing : html`<span class="nrp-place">${place}</span>`
    }</span>`;
}

function problemMark({ text }: App, { problems }: HandlerRow): TemplateResult | typeof nothing {
  if (problems.length === 0) return nothing;
  return html`<span class="nrp-mark nrp-bad" title=${problems.map(visible).join('\n')}
    ><i class="fa fa-exclamation-triangle" aria-hidden="true"></i> <span>${text('mark.invalid')}</span></span
  >`;
}

function actions(app: App, row: HandlerRow, deletions: Deletions): TemplateResult {
  const { announcements, text, navigation, mayWrite } = app;
  const name = visible(row.name || row.id);
  const logs = () => navigation.showExecutions({ handler: row.id });
  if (row.mark === 'deleted') {
    const undo = () => {
      RED.history.pop();
      announcements.say(text('handlers.undeleteDone', { name }));
    };
    return html`<span class="button-group">
      ${iconButton({ icon: 'fa-list-alt', label: text('handlers.logs', { name }), act: logs })}
      ${deletions.get(row.id)?.() ? iconButton({ icon: 'fa-undo', label: text('handlers.undelete', { name }), act: undo }) : nothing}
    </span>`;
  }
  const remove = async ({ currentTarget }: MouseEvent) => {
    const question = { text: text('handlers.deleteAsk', { name }), yes: text('button.delete') };
    if ((await ask(app, currentTarget as HTMLElement, question)) === undefined) return;
    deletions.set(row.id, deleteHandler(row.id));
    announcements.say(text('handlers.deleteDone', { name }));
  };
  const refused = mayWrite ? undefined : text('readOnly');
  return html`<span class="button-group">
    ${iconButton({ icon: 'fa-list-alt', label: text('handlers.logs', { name }), act: logs })}
    ${iconButton({ icon: 'fa-pencil', label: text('handlers.edit', { name }), act: () => editHandler(row.id) })}
    ${iconButton({ icon: 'fa-trash', label: text('handlers.delete', { name }), act: (event) => void remove(event), refused })}
  </span>`;
}
