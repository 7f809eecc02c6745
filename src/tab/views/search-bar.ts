import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { isReversed } from '../data/filters.ts';
import { filterChips } from './filter-chips.ts';
import { iconButton } from './parts.ts';
import { showSavedSearches } from './saved-searches.ts';
import type { Field, Search } from './search.ts';

/** A search box, the advanced search behind its button, what is searched for, and one click that clears it. */
export function searchBar<F extends object>(app: App, search: Search<F>): TemplateResult {
  const { text } = app;
  const { filter } = search;
  const count = filter.asked > 0 ? ` (${filter.asked})` : '';
  return html`<div class="nrp-bar" role="search">
      <span class="nrp-search">
        <i class="fa fa-search" aria-hidden="true"></i>
        ${input(search, { name: search.box, label: search.boxLabel, kind: 'text' }, { className: 'nrp-search-box' })}
        ${iconButton({
          icon: 'fa-times',
          label: text('search.clear'),
          act: () => filter.clear(),
          unseen: filter.asked === 0,
        })}
      </span>
      <span class="button-group">
        ${iconButton({
          icon: 'fa-filter',
          label: text('search.advanced') + count,
          act: search.toggle,
          pressed: search.open,
        })}
        ${iconButton({
          icon: 'fa-bookmark-o',
          label: text('saved.title'),
          act: ({ currentTarget }) => showSavedSearches(app, filter, currentTarget as HTMLElement),
        })}
      </span>
      ${search.beside ?? nothing}
    </div>
    ${search.open ? form(app, search) : nothing} ${filterChips(app, search)}`;
}

function form<F extends object>({ text }: App, search: Search<F>): TemplateResult {
  const isWrong = (field: Field<F>) => field.name === 'to' && isReversed(search.filter.fields);
  return html`<div class="nrp-form">
    ${search.fields.map(
      (field) => html`<div class="nrp-field">
        <label for=${idOf(field)}>${field.label}</label>
        ${field.kind === 'select' ? select(search, field) : input(search, field, { wrong: isWrong(field) })}
        ${isWrong(field) ? html`<span id=${`${idOf(field)}-wrong`} class="nrp-error" role="alert">${text('search.reversed')}</span>` : nothing}
      </div>`,
    )}
  </div>`;
}

function idOf<F extends object>({ name }: Field<F>): string {
  return `nrp-search-${name}`;
}

function select<F extends object>(search: Search<F>, field: Field<F>): TemplateResult {
  const value = String(search.filter.fields[field.name]);
  const options = field.options ?? [];
  const known = options.some(([option]) => option === value);
  return html`<select id=${idOf(field)} @change=${(event: Event) => fill(search, field, event)}>
    ${options.map(
      ([option, label]) => html`<option value=${option} ?selected=${option === value}>${label}</option>`,
    )}
    ${known ? nothing : html`<option value=${value} selected>${value}</option>`}
  </select>`;
}

function input<F extends object>(
  search: Search<F>,
  field: Field<F>,
  { className = '', wrong = false },
): TemplateResult {
  const { options } = field;
  const value = String(search.filter.fields[field.name]);
  const offers = options && `nrp-${field.name}-options`;
  const delayed = (event: Event) => later(event.target as HTMLInputElement, () => fill(search, field, event));
  return html`<input
      id=${className ? nothing : idOf(field)}
      class=${className}
      type=${field.kind === 'time' ? 'datetime-local' : 'text'}
      step=${field.kind === 'time' ? '1' : nothing}
      aria-label=${className ? field.label : nothing}
      placeholder=${className ? field.label : nothing}
      aria-invalid=${wrong ? 'true' : nothing}
      aria-describedby=${wrong ? `${idOf(field)}-wrong` : nothing}
      list=${offers ?? nothing}
      autocomplete="off"
      spellcheck="false"
      maxlength="256"
      .value=${field.kind === 'time' ? value.slice(0, 19) : value}
      @input=${field.kind === 'time' ? nothing : delayed}
      @change=${(event: Event) => fill(search, field, event)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Enter') fill(search, field, event);
      }}
    />${options && html`<datalist id=${offers}>${options.map(([value, label]) => html`<option value=${value}>${label}</option>`)}</datalist>`}`;
}

const waiting = new WeakMap<Element, ReturnType<typeof setTimeout>>();

/** Searches when one pauses typing. */
function later(element: Element, run: () => void): void {
  clearTimeout(waiting.get(element));
  waiting.set(element, setTimeout(run, 250));
}

function fill<F extends object>({ filter }: Search<F>, { name }: Field<F>, event: Event): void {
  const element = event.target as HTMLInputElement | HTMLSelectElement;
  clearTimeout(waiting.get(element));
  if (filter.fields[name] === element.value) return;
  filter.change({ [name]: element.value } as Partial<F>);
}
