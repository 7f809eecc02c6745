import { html, nothing, type TemplateResult } from 'lit';
import type { ExecutionDetails } from '../../engine/words/admin-answers.ts';
import { path } from '../data/api.ts';
import { type ToldText, type Tried, toldOf, toldTexts } from '../data/attempt-facts.ts';
import { mayBeCut } from '../data/sent-request.ts';
import { hasSucceeded } from './attempts-timeline.ts';
import { differenceBlock, replacedBy } from './difference.ts';
import { facts } from './sections.ts';
import { define, View } from './view.ts';

/** Where secrets were masked. */
const masked = '***';

/** What differs between two attempts of an execution, or one of them and one of the execution that it replays. */
class Comparison extends View {
  static override properties = {
    ...View.properties,
    registry: {},
    details: { attribute: false },
    original: { state: true },
    chosen: { state: true },
    isOpen: { state: true },
  };
  declare registry: string;
  declare details: ExecutionDetails;
  /** The execution that this one replays; null: it can't be had. */
  declare original: ExecutionDetails | null | undefined;
  /** Keys of attempts; where none is chosen, the last one and the one before. */
  declare chosen: Readonly<Partial<Record<'before' | 'after', string>>>;
  declare isOpen: boolean;

  constructor() {
    super();
    this.chosen = {};
    this.isOpen = false;
  }

  override render(): TemplateResult | typeof nothing {
    const { attemptList, replayOf } = this.details;
    if (attemptList.length === 0 || (attemptList.length === 1 && replayOf === null)) return nothing;
    return html`<details class="nrp-compare" @toggle=${this.#toggle}>
      <summary>${this.t('compare.title')}</summary>
      ${this.isOpen ? this.#content() : nothing}
    </details>`;
  }

  readonly #toggle = async ({ target }: Event): Promise<void> => {
    this.isOpen = (target as HTMLDetailsElement).open;
    const { replayOf } = this.details;
    if (!this.isOpen || replayOf === null || this.original) return;
    try {
      this.original = await this.app.api.get<ExecutionDetails>(
        path('registries', this.registry, 'executions', replayOf),
      );
    } catch {
      this.original = null;
    }
  };

  #content(): TemplateResult | typeof nothing {
    const all = [this.original, this.details].flatMap((details) =>
      details ? details.attemptList.map((attempt) => ({ details, attempt })) : [],
    );
    const after = all.find((one) => keyOf(one) === this.chosen.after) ?? all.at(-1);
    const last = after && all.indexOf(after) - 1;
    const before = all.find((one) => keyOf(one) === this.chosen.before) ?? all[Math.max(0, last ?? 0)];
    return html`${this.original === null ? html`<p class="nrp-muted">${this.t('compare.gone')}</p>` : nothing}
      ${
        all.length < 2 || !before || !after
          ? nothing
          : html`<div class="nrp-form">
          ${this.#choice('before', all, before)} ${this.#choice('after', all, after)}
        </div>
        ${this.#differences(before, after)}`
      }`;
  }

  #choice(side: 'before' | 'after', all: readonly Tried[], chosen: Tried): TemplateResult {
    const choose = ({ target }: Event) => {
      this.chosen = { ...this.chosen, [side]: (target as HTMLSelectElement).value };
    };
    const id = `nrp-compare-${side}`;
    return html`<div class="nrp-field"><label for=${id}>${this.t(`compare.${side}`)}</label>
      <select id=${id} @change=${choose}>
        ${all.map((one) => html`<option value=${keyOf(one)} ?selected=${one === chosen}>${this.#nameOf(one)}</option>`)}
      </select></div>`;
  }

  #nameOf({ details, attempt }: Tried): string {
    const name = this.t('attempt.number', { number: attempt.attempt });
    return details === this.details ? name : this.t('compare.ofOriginal', { name, id: details.id });
  }

  #differences(before: Tried, after: Tried): TemplateResult {
    const same: string[] = [];
    const short = this.#words(before).flatMap(([name, was], at) => {
      const is = this.#words(after)[at]?.[1] ?? '–';
      if (was !== is) return [[name, html`${replacedBy(this.app, was, is)}`] as const];
      same.push(name);
      return [];
    });
    const [was, is] = [toldOf(before), toldOf(after)];
    const texts = toldTexts.map((text) => {
      if (was[text] === undefined || is[text] === undefined) return nothing;
      if (was[text] !== is[text]) return this.#text(text, was[text] ?? '', is[text] ?? '');
      if (was[text] !== null) same.push(this.#labelOf(text));
      return nothing;
    });
    const compared = toldTexts.flatMap((text) => [was[text] ?? '', is[text] ?? '']);
    const unknown = [before, after].filter((one) => toldOf(one).sentHeaders === undefined);
    const notes = [
      ...unknown.map((one) => this.t('compare.unknown', { name: this.#nameOf(one) })),
      compared.some((text) => text.includes(masked)) ? this.t('compare.masked') : '',
      compared.some((text) => mayBeCut(text)) ? this.t('compare.cut') : '',
    ].filter(Boolean);
    return html`${short.length > 0 ? facts(short) : nothing} ${texts}
      ${same.length > 0 ? html`<p>${this.t('compare.theSame', { what: same.join(', ') })}</p>` : nothing}
      ${notes.map((note) => html`<p class="nrp-muted">${note}</p>`)}`;
  }

  #text(text: ToldText, before: string, after: string): TemplateResult {
    const name = this.#labelOf(text);
    return html`<h5>${name}</h5>${differenceBlock(this.app, name, before, after)}`;
  }

  #labelOf(text: ToldText): string {
    return this.t(text === 'sentBody' ? 'compare.sentBody' : `execution.${text}`);
  }

  #words({ details, attempt }: Tried): readonly (readonly [name: string, word: string])[] {
    const { code, durationMs } = attempt;
    return [
      [this.t('column.status'), this.t(`status.${hasSucceeded(details, attempt) ? 'succeeded' : 'failed'}`)],
      [this.t('execution.code'), code === null ? '–' : String(code)],
      [this.t('column.duration'), this.app.formats.duration(durationMs)],
    ];
  }
}

function keyOf({ details, attempt }: Tried): string {
  return `${details.id} ${attempt.attempt}`;
}

define('nrp-comparison', Comparison);
