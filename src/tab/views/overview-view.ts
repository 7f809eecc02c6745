import { html, nothing, type TemplateResult } from 'lit';
import { FailureSource } from '../data/failures.ts';
import { localTime } from '../data/filters.ts';
import { Handlers } from '../data/handlers.ts';
import { InstanceSource } from '../data/instances.ts';
import { Overview } from '../data/overview.ts';
import { shownRegistries } from '../data/shown-registries.ts';
import { rangeOf, type Series, spans } from '../data/statistics.ts';
import { attention } from './attention.ts';
import type { Figure } from './chart-view.ts';
import './chart-view.ts';
import { sourceNote } from './empty-state.ts';
import { failureGroups } from './failure-groups.ts';
import { instanceList } from './instance-list.ts';
import { wordButton } from './parts.ts';
import { define, lazy, View, Watch } from './view.ts';

/** How things have been going: numbers, lines over time, and what needs attention. */
class OverviewView extends View {
  readonly #numbers = lazy(() => new Overview(this.app));
  readonly #handlers = lazy(() => new Handlers(this.app));
  readonly #failures = lazy(() => new FailureSource(this.app));
  readonly #instances = lazy(() => new InstanceSource(this.app));

  constructor() {
    super();
    new Watch(this, () => [
      this.#numbers(),
      this.#handlers(),
      this.#failures(),
      this.#instances(),
      this.app.registries,
    ]);
  }

  override render(): TemplateResult {
    const { answer: series } = this.#numbers();
    return html`<div class="nrp-scroll nrp-overview" tabindex="-1">
      ${this.#tiles()} ${this.#spanButtons()}
      ${series ? this.#charts(series) : nothing}
      ${sourceNote(this.app, this.#numbers())}
      ${failureGroups(this.app, this.#failures())} ${attention(this.app, this.#handlers())}
      ${instanceList(this.app, this.#instances())}
    </div>`;
  }

  #tiles(): TemplateResult {
    const { registries, navigation, formats } = this.app;
    const shown = shownRegistries(this.app);
    const rows = registries.items.filter(({ id }) => shown.includes(id));
    type Figure = 'backlog' | 'running' | 'parked' | 'unresolved';
    const sum = (field: Figure) => rows.reduce((total, row) => total + row[field], 0);
    const tile = (name: Figure, show: () => void) =>
      html`<button type="button" class="nrp-tile" title=${this.t(`overview.${name}Hint`)} @click=${show}>
        <strong>${formats.count(sum(name))}</strong><span>${this.t(`overview.${name}`)}</span>
      </button>`;
    return html`<div class="nrp-tiles">
      ${tile('backlog', () => navigation.showEvents({ status: 'waiting' }))}
      ${tile('running', () => navigation.showExecutions({ status: 'running' }))}
      ${tile('parked', () => navigation.showExecutions({ status: 'parked' }))}
      ${tile('unresolved', () => navigation.showExecutions({ status: 'unresolved' }))}
    </div>`;
  }

  #spanButtons(): TemplateResult {
    return html`<div class="nrp-spans button-group" role="group" aria-label=${this.t('overview.span')}>
      ${spans.map((span) =>
        wordButton({
          icon: '',
          label: this.t(`overview.${span.name}`),
          act: () => {
            this.#numbers().choose(span);
            void this.#failures().read();
          },
          pressed: this.#numbers().span === span,
        }),
      )}
    </div>`;
  }

  #charts(series: Series): TemplateResult {
    const { formats, navigation } = this.app;
    const { totals } = series;
    const { span } = this.#numbers();
    const onPick = (at: number) =>
      navigation.showExecutions({ from: localTime(at * 1000), to: localTime((at + span.step) * 1000) });
    const chart = (name: string, own: Pick<Figure, 'words' | 'note' | 'format' | 'lines'>) => {
      const axes = {
        at: series.at,
        clock: (at: number) => formats.clock(at),
        open: series.open !== null,
        onPick,
      };
      const figure: Figure = { ...axes, heading: this.t(`overview.${name}`), ...own };
      return html`<nrp-chart .app=${this.app} .figure=${figure}></nrp-chart>`;
    };
    const counted = (status: 'succeeded' | 'failed' | 'parked', colour: string) =>
      line(this.t(`status.${status}`), `--red-ui-node-status-colors-${colour}`, series[status], true);
    const from = localTime(rangeOf(span, Date.now()).from);
    const count = (status: keyof typeof totals) =>
      html`<button type="button" class="nrp-link" @click=${() => navigation.showExecutions({ status, from })}>
        ${this.t(`overview.${status}Count`, { count: formats.count(totals[status]) })}
      </button>`;
    return html`<p class="nrp-totals nrp-items">${count('succeeded')} ${count('unresolved')} ${count('parked')}</p>
      ${chart('pace', {
        words: this.t('overview.words', { ...totals }),
        note: series.open ? this.t(`overview.open.${span.name}`, { ...series.open }) : undefined,
        format: (value) => formats.count(value),
        lines: [counted('succeeded', 'green'), counted('failed', 'red'), counted('parked', 'yellow')],
      })}
      ${chart('latency', {
        words: latencyWords(series, (ms) => formats.duration(ms)),
        format: (value) => formats.duration(value),
        lines: [
          line('p50', '--red-ui-node-status-colors-blue', series.p50, false),
          line('p95', '--red-ui-text-color-warning', series.p95, false),
        ],
      })}`;
  }
}

function line(label: string, colour: string, values: readonly (number | null)[], filled: boolean) {
  return { label, colour, values, filled };
}

function latencyWords({ p50, p95 }: Series, format: (ms: number | null) => string): string {
  const last = (values: readonly (number | null)[]) => values.findLast((value) => value !== null) ?? null;
  return `p50 ${format(last(p50))}, p95 ${format(last(p95))}`;
}

define('nrp-overview', OverviewView);
