import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { App } from '../app.ts';
import type { ListRow } from '../data/list-search.ts';
import type { LiveList } from '../data/live-list.ts';
import { mostSelected, type RowSelection } from '../data/row-selection.ts';
import { showCancel } from './cancel-dialog.ts';
import type { Column } from './columns.ts';
import { exportAll } from './export-button.ts';
import { wordButton } from './parts.ts';
import { type Found, showReplay } from './replay-dialog.ts';
import type { RowWindow } from './row-window.ts';

type Row = ListRow & { readonly seq: number };

/** The rows of a list, and which of them are chosen. */
export interface Choice<R extends Row> {
  readonly list: LiveList<R>;
  readonly selection: RowSelection<R>;
}

/** The column of boxes by which rows are chosen, each or all that are loaded. */
export function choiceColumn<R extends Row>(
  { text }: App,
  window: RowWindow,
  { list, selection }: Choice<R>,
): Column<R> {
  return {
    name: 'choice',
    text: () => '',
    title: () => '',
    head: () => {
      const chosen = list.rows.filter(({ id }) => selection.has(id)).length;
      const all = chosen > 0 && chosen === list.rows.length;
      return html`<input
        type="checkbox"
        aria-label=${text('choice.all')}
        title=${text('choice.all')}
        .checked=${live(all)}
        .indeterminate=${chosen > 0 && !all}
        @change=${() => (all ? selection.clear() : selection.add(list.rows))}
      />`;
    },
    content: ({ id, seq }) => html`<input
      type="checkbox"
      tabindex=${window.tabIndexOf(id)}
      aria-label=${text('choice.row', { id: seq })}
      .checked=${live(selection.has(id))}
    />`,
  };
}

/**
 * Chooses a row, or those from the last one to it, where a click asks for that.
 * @returns whether it did
 */
export function chooseByClick<R extends Row>(
  event: MouseEvent,
  row: R,
  { list, selection }: Choice<R>,
): boolean {
  const { shiftKey, ctrlKey, metaKey, target } = event;
  if (!shiftKey && !ctrlKey && !metaKey && !(target as Element).closest('.nrp-c-choice')) return false;
  if (shiftKey) selection.extend(list.rows, row.id);
  else selection.toggle(row);
  return true;
}

/** Chooses by Space and Ctrl+A in the rows, and lets go of all with Escape; says what came of it. */
export function chooseByKey<R extends Row>(event: KeyboardEvent, app: App, choice: Choice<R>): void {
  const { key, ctrlKey, metaKey, altKey, defaultPrevented } = event;
  const { list, selection } = choice;
  const at = event.target as Element;
  const id = at.closest<HTMLElement>('[data-row]')?.dataset['row'];
  const isPlain = !ctrlKey && !metaKey && !altKey;
  const row = key === ' ' && isPlain && id !== undefined ? list.rows.find((one) => one.id === id) : undefined;
  const isAll = key.toLowerCase() === 'a' && (ctrlKey || metaKey) && !altKey && at.closest('.nrp-rows');
  // A tray beside the rows closes first; in a field the key is the field's.
  const isElsewhere =
    at.closest('input:not([type="checkbox"]), select') ?? document.querySelector('.nrp-tray');
  const isEnd = key === 'Escape' && isPlain && selection.size > 0 && !isElsewhere;
  if (defaultPrevented || !(row || isAll || isEnd)) return;
  event.preventDefault();
  event.stopPropagation();
  if (row) {
    selection.toggle(row);
    const words = selection.has(row.id) ? 'choice.rowChosen' : 'choice.rowLeft';
    app.announcements.say(`${app.text(words, { id: row.seq })} ${countWords(app, choice)}`);
    return;
  }
  if (isAll) selection.add(list.rows);
  else selection.clear();
  app.announcements.say(countWords(app, choice));
}

/** How many are chosen. */
export function countWords<R extends Row>({ text, formats }: App, { selection }: Choice<R>): string {
  return text('choice.count', { count: formats.count(selection.size) });
}

/**
 * What can be done with the chosen rows; nothing while there are none.
 * @param lost how many of them the search does not find
 * @param search what is searched for: in the place of more rows than can be named
 * @param leave is called when all are let go of, before the bar goes
 */
export function choiceBar<R extends Row>(
  app: App,
  choice: Choice<R>,
  {
    lost,
    search,
    leave,
  }: { readonly lost: number; readonly search: () => Found; readonly leave: () => void },
): TemplateResult | typeof nothing {
  const { text, formats, mayWrite } = app;
  const { list, selection } = choice;
  const { rows, size } = selection;
  if (size === 0) return nothing;
  const isAll = list.rows.every(({ id }) => selection.has(id));
  const notes = [
    ...(lost > 0 ? [text('choice.lost', { count: formats.count(lost) })] : []),
    ...(size > mostSelected ? [text('choice.most', { most: formats.count(mostSelected) })] : []),
  ];
  const clear = () => {
    leave();
    selection.clear();
  };
  return html`<div class="nrp-chosen" role="group" aria-label=${text('choice.title')}>
    <span class="nrp-strong">${countWords(app, choice)}</span>
    ${notes.map((note) => html`<span class="nrp-wrap">${note}</span>`)}
    <span class="button-group">
      ${
        size > mostSelected
          ? mayWrite
            ? word('fa-history', text('choice.replaySearch'), () => showReplay(app, search()))
            : nothing
          : actions(app, rows)
      }
    </span>
    <span class="button-group nrp-chosen-end">
      ${isAll ? nothing : word('fa-check-square-o', text('choice.allOf', { count: formats.count(list.rows.length) }), () => selection.add(list.rows))}
      ${word('fa-times', text('choice.clear'), clear)}
    </span>
  </div>`;
}

function actions(app: App, rows: readonly Row[]): TemplateResult {
  const { text, formats, mayWrite } = app;
  const found = (): Found => ({
    query: { ids: rows.map(({ id }) => id).join() },
    conditions: [text('choice.condition', { count: formats.count(rows.length) })],
    registries: [...new Set(rows.map(({ registry }) => registry))],
  });
  const save = () => void exportAll(app, 'executions', found());
  return html`
    ${mayWrite ? word('fa-history', text('log.replay'), () => showReplay(app, found())) : nothing}
    ${mayWrite ? word('fa-ban', text('log.cancelParked'), () => showCancel(app, found())) : nothing}
    ${word('fa-download', text('choice.export'), save)}`;
}

function word(icon: string, label: string, act: () => void): TemplateResult {
  return wordButton({ icon, label, act, folds: true });
}
