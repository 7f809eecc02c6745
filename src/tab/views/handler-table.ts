import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { App } from '../app.ts';
import type { HandlerRow } from '../data/handler-rows.ts';
import type { Handlers } from '../data/handlers.ts';
import { showsSeveral } from '../data/shown-registries.ts';
import { ask } from '../editor/ask.ts';
import { deleteHandler, editHandler } from '../editor/flow-nodes.ts';
import { targetParts } from '../text/target.ts';
import { nameOf, oneLine, visible } from '../text/visible.ts';
import { sequelNote } from './circuit-sequel.ts';
import { type Column, ColumnLengths, cells, registryColumn, tableHead } from './columns.ts';
import { handlerFlag } from './handler-flag.ts';
import { handlerHealth, healthText } from './handler-health.ts';
import { handlerNote, hasNote } from './handler-note.ts';
import { briefRefusal, deployMark, deployWord, mark } from './marks.ts';
import { type Action, iconButton } from './parts.ts';

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
  const several = showsSeveral(app);
  const columns = columnsOf(app, handlers, deletions).filter(({ name }) => name !== 'registry' || several);
  const shown = rows.slice(0, mostHandlers);
  const lengths = new ColumnLengths(() => columns).of(shown);
  const note = (row: HandlerRow) =>
    html`<tr class="nrp-note"><td colspan=${columns.length}>${refusalNote(app, row)}${handlerNote(app, handlers, row)}${sequelNote(app, handlers, row)}</td></tr>`;
  return html`<div class="nrp-scroll" tabindex="-1">
    <table class="nrp-table nrp-handlers ${several ? 'nrp-several' : ''}">
      <caption class="nrp-hidden">${app.text('handlers.caption')}</caption>
      ${tableHead(app, columns, lengths)}
      <tbody>
        ${repeat(
          shown,
          ({ id }) => id,
          (row) => {
            const noted = refusalOf(row) || hasNote(handlers, row) || handlers.sequelFor(row);
            return html`<tr class="nrp-handler nrp-is-${row.standing} nrp-is-${row.status} ${noted ? 'nrp-noted' : ''}">${cells(columns, row)}</tr>
              ${noted ? note(row) : nothing}`;
          },
        )}
      </tbody>
    </table>
  </div>`;
}

function columnsOf(app: App, handlers: Handlers, deletions: Deletions): readonly Column<HandlerRow>[] {
  const { text } = app;
  return [
    {
      name: 'number',
      text: ({ deployed }) => String(deployed?.number ?? '–'),
      title: ({ deployed }) =>
        deployed ? text('handlers.numberHint', { number: deployed.number }) : text('handlers.unnumbered'),
    },
    {
      name: 'priority',
      text: ({ priority }) => String(priority),
      content: ({ priority }) => html`<span title=${text('handlers.priorityHint')}>${priority}</span>`,
    },
    {
      name: 'name',
      text: (row) => [nameOf(row), deployWord(app, row.standing)].filter(Boolean).join('   '),
      content: (row) => html`<span class="nrp-name" title=${nameOf(row)}>${nameOf(row)}</span>
        ${deployMark(app, row.standing, visible(row.deployed?.refused ?? ''))}${problemMark(app, row)}`,
    },
    registryColumn(app),
    {
      name: 'event',
      text: ({ events, condition }) => `${condition ? '   ' : ''}${events.map(visible).join(', ')}`,
      title: (row) => [row.events.map(visible).join(', '), conditionOf(app, row)].filter(Boolean).join('\n'),
      content: (row) => html`${conditionMark(app, row)}${row.events.map(visible).join(', ')}`,
    },
    {
      name: 'target',
      text: ({ target }) => visible(target),
      title: ({ target }) => visible(target),
      content: (row) => targetOf(app, row),
    },
    {
      name: 'health',
      text: (row) => healthText(app, row),
      other: (row) => healthText(app, row, 'brief'),
      content: (row) => handlerHealth(app, handlers, row),
    },
    {
      name: 'flag',
      text: ({ status }) => text(`flag.${status}`),
      content: (row) => handlerFlag(app, handlers, row),
    },
    { name: 'actions', text: () => '', content: (row) => actions(app, row, deletions) },
  ];
}

/** Why a handler is not in force, where all can see it. */
function refusalNote({ text }: App, row: HandlerRow): TemplateResult | typeof nothing {
  const refusal = refusalOf(row);
  if (refusal === '') return nothing;
  return html`<p class="nrp-why nrp-wrap nrp-error">${text('missing.note', { problem: briefRefusal(refusal) })}</p>`;
}

function refusalOf({ standing, deployed }: HandlerRow): string {
  return (standing === 'refused' && deployed?.refused) || '';
}

/** The part that tells it from others gives way last. */
function targetOf({ text }: App, { type, target }: HandlerRow): TemplateResult {
  const { telling, place } = targetParts(visible(target));
  return html`<span class="nrp-target"
    ><span class="nrp-type">${text(`type.${type}`)}</span> <span class="nrp-telling">${telling}</span> ${
      place === '' ? nothing : html`<span class="nrp-place">${place}</span>`
    }</span>`;
}

function conditionOf({ text }: App, { condition }: HandlerRow): string {
  return condition ? text('condition.only', { condition: oneLine(condition, 300) }) : '';
}

function conditionMark(app: App, row: HandlerRow): TemplateResult | typeof nothing {
  const hint = conditionOf(app, row);
  if (!hint) return nothing;
  return html`<i class="fa fa-filter nrp-muted" aria-hidden="true"></i><span class="nrp-hidden">${hint}</span> `;
}

function problemMark({ text }: App, { problems }: HandlerRow): TemplateResult | typeof nothing {
  if (problems.length === 0) return nothing;
  return mark(['fa-exclamation-triangle', 'bad'], text('mark.invalid'), problems.map(visible).join('\n'));
}

function actions(app: App, row: HandlerRow, deletions: Deletions): TemplateResult {
  const { announcements, text, navigation, refusal } = app;
  const name = nameOf(row);
  const logs = () => navigation.showExecutions({ handler: row.id });
  const isLastChange = () => deletions.get(row.id)?.() ?? false;
  const undo = () => {
    // Something may have changed since this was drawn, and would be undone in its place.
    if (!isLastChange()) return;
    RED.history.pop();
    announcements.say(text('handlers.undeleteDone', { name }));
  };
  const remove = async ({ currentTarget }: MouseEvent) => {
    const question = { text: text('handlers.deleteAsk', { name }), yes: text('button.delete') };
    if ((await ask(app, currentTarget as HTMLElement, question)) === undefined) return;
    deletions.set(row.id, deleteHandler(row.id));
    announcements.say(text('handlers.deleteDone', { name }));
  };
  const button = (icon: string, word: string, act: Action['act'], refused?: string) =>
    iconButton({ icon, label: text(`handlers.${word}`, { name }), act, refused });
  return html`<span class="button-group">
    ${button('fa-list-alt', 'logs', logs)}
    ${
      !app.hasFlows
        ? nothing
        : row.standing !== 'deleted'
          ? html`${button('fa-pencil', 'edit', () => editHandler(row.id))}
            ${button('fa-trash', 'delete', (event) => void remove(event), refusal)}`
          : isLastChange()
            ? button('fa-undo', 'undelete', undo)
            : nothing
    }
  </span>`;
}
