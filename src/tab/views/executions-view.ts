import { html, nothing, type TemplateResult } from 'lit';
import { causeOf } from '../../engine/words/cause.ts';
import type { App } from '../app.ts';
import type { LogFilter } from '../data/filters.ts';
import { executionKind } from '../data/log-kinds.ts';
import { RowSelection } from '../data/row-selection.ts';
import { RunningReplays } from '../data/running-replays.ts';
import type { LogRow } from '../data/shapes.ts';
import { nameOf, oneLine, visible } from '../text/visible.ts';
import { type Column, registryColumn } from './columns.ts';
import { conditionsOf } from './filter-chips.ts';
import { logActions, searchFound } from './log-actions.ts';
import { dateColumn } from './log-columns.ts';
import './histogram.ts';
import { LogView } from './log-view.ts';
import { whatItWaitsFor, whyMissing } from './marks.ts';
import './replay-progress.ts';
import { listedMark, listedWord } from './replayed-mark.ts';
import { choiceBar } from './row-choice.ts';
import { logFields } from './search-fields.ts';
import { define, lazy } from './view.ts';

/** The execution log. */
class ExecutionsView extends LogView<LogRow, LogFilter> {
  readonly #replays = lazy(() => new RunningReplays(this.app));
  readonly #selection = new RowSelection<LogRow>();
  protected override readonly kind = executionKind;

  protected override get search() {
    return { box: 'text', boxLabel: this.t('search.log'), fields: logFields(this.app) } as const;
  }

  /** What is searched for, in words. */
  get #conditions(): readonly string[] {
    const filter = this.kind.filterOf(this.app.navigation);
    return conditionsOf(this.app, { ...this.search, filter });
  }

  protected override actions(): TemplateResult {
    return logActions(this.app, () => this.#conditions);
  }

  protected override get selection(): RowSelection<LogRow> {
    return this.#selection;
  }

  protected override chosen(): TemplateResult | typeof nothing {
    const { choice, app, lost, toRows: leave } = this;
    const search = () => searchFound(app, this.#conditions);
    return choice === undefined ? nothing : choiceBar(app, choice, { lost: lost.length, search, leave });
  }

  protected override progress(): TemplateResult {
    const { filterOf } = this.kind;
    const { list } = this.choice ?? {};
    const isThere = list && (list.rows.length > 0 || filterOf(this.app.navigation).asked > 0);
    return html`${isThere ? html`<nrp-histogram .app=${this.app} .list=${list}></nrp-histogram>` : nothing}
      <nrp-replay-progress .app=${this.app} .replays=${this.#replays()}></nrp-replay-progress>`;
  }

  protected override get columns(): readonly Column<LogRow>[] {
    const { app } = this;
    return [
      {
        name: 'status',
        text: (row) => listedWord(app, row),
        content: (row) => listedMark(app, row.registry, row),
      },
      registryColumn(app),
      dateColumn(app, ({ startedAt }) => startedAt),
      { name: 'event', text: ({ eventType }) => eventType },
      {
        name: 'handler',
        text: ({ handler }) => nameOf(handler),
        title: ({ handler, target }) => {
          const { number } = handler;
          const numbered = app.text('handlers.numbered', { name: nameOf(handler), number });
          return target ? `${numbered} → ${visible(target)}` : numbered;
        },
      },
      { name: 'object', text: ({ objectId }) => visible(objectId) },
      {
        name: 'response',
        text: (row) => saidOf(app, row),
        title: (row) => [saidOf(app, row), whatItWaitsFor(app, row)].filter(Boolean).join('\n'),
        tone: ({ error, missing, passedBy, replayedAs }) =>
          (missing ? missing.why !== 'refused' : error === null) || passedBy || replayedAs ? '' : 'nrp-error',
      },
      { name: 'duration', text: ({ durationMs }) => app.formats.duration(durationMs) },
    ];
  }

  protected override open({ registry, id }: LogRow): void {
    this.app.details.execution(registry, id);
  }
}

/** What its target says, or why nobody asks it. */
function saidOf(app: App, row: LogRow): string {
  if (row.passedBy) return app.text('condition.notMet');
  return whyMissing(app, row) ?? oneLine(causeOf(row) ?? row.circuit?.error ?? row.response ?? '');
}

define('nrp-executions', ExecutionsView);
