import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { App } from '../app.ts';
import { oneLine } from '../text/visible.ts';
import { copy } from './notices.ts';
import type { Field, Search } from './search.ts';

/** What is searched for: each condition a button that takes it away, in sight whatever else is folded. */
export function filterChips<F extends object>(app: App, search: Search<F>): TemplateResult | typeof nothing {
  const { text } = app;
  const { filter } = search;
  const isAsked = (name: string) => String(filter.fields[name as keyof F] ?? '').trim() !== '';
  const asked = fieldsOf(search).filter(({ name }) => isAsked(name));
  if (asked.length === 0) return nothing;
  return html`<ul class="nrp-chips" aria-label=${text('search.active')}>
    ${repeat(
      asked,
      ({ name }) => name,
      (field) => {
        const condition = conditionOf(app, field, String(filter.fields[field.name]));
        const remove = (event: Event) => {
          event.preventDefault();
          filter.change({ [field.name]: '' } as Partial<F>);
          leave(event.currentTarget as HTMLElement, isAsked);
        };
        return html`<li>
          <button
            type="button"
            class="nrp-chip"
            data-field=${field.name}
            aria-label=${text('search.remove', { condition })}
            title=${text('search.remove', { condition })}
            @click=${remove}
            @keydown=${(event: KeyboardEvent) => {
              if (event.key === 'Delete' || event.key === 'Backspace') remove(event);
            }}
          ><span>${condition}</span><i class="fa fa-times" aria-hidden="true"></i></button>
        </li>`;
      },
    )}
    <li>
      <button type="button" class="nrp-link" @click=${() => copy(app, app.linkTo(), text('copied'))}>${text('button.copyLink')}</button>
    </li>
    ${
      asked.length < 2
        ? nothing
        : html`<li><button type="button" class="nrp-link" @click=${(event: Event) => {
            filter.clear();
            leave(event.currentTarget as HTMLElement, isAsked);
          }}>${text('search.clearAll')}</button></li>`
    }
  </ul>`;
}

/** What is searched for, in words. */
export function conditionsOf<F extends object>(
  app: App,
  search: Pick<Search<F>, 'filter' | 'box' | 'boxLabel' | 'fields'>,
): readonly string[] {
  const asked = ({ name }: Field<F>) => String(search.filter.fields[name] ?? '');
  return fieldsOf(search)
    .filter((field) => asked(field).trim() !== '')
    .map((field) => conditionOf(app, field, asked(field)));
}

function conditionOf<F extends object>(app: App, field: Field<F>, value: string): string {
  return `${field.label}: ${wordsOf(app, field, value)}`;
}

/** The box comes first, as it does above. */
function fieldsOf<F extends object>({
  box,
  boxLabel,
  fields,
}: Pick<Search<F>, 'box' | 'boxLabel' | 'fields'>): readonly Field<F>[] {
  const others = fields.filter(({ name }) => name !== box);
  return [{ name: box, label: boxLabel, kind: 'text' }, ...others];
}

function wordsOf<F extends object>({ formats }: App, { kind, options }: Field<F>, value: string): string {
  if (kind === 'time') {
    const time = Date.parse(value);
    return Number.isNaN(time) ? value : formats.absolute(value);
  }
  const label = kind === 'select' && options?.find(([option]) => option === value)?.[1];
  return oneLine(label || value.trim(), 80);
}

/** The focus goes to a neighbour that stays, or to the search box, before what has it is taken out. */
function leave(button: HTMLElement, stays: (field: string) => boolean): void {
  const chips = [...(button.closest('.nrp-chips')?.querySelectorAll<HTMLElement>('.nrp-chip') ?? [])];
  const at = chips.indexOf(button);
  const left = [...chips.slice(at + 1), ...chips.slice(0, Math.max(at, 0)).reverse()];
  const box = button.closest('.nrp-main')?.querySelector<HTMLElement>('.nrp-search-box');
  (left.find(({ dataset }) => stays(dataset['field'] ?? '')) ?? box)?.focus();
}
