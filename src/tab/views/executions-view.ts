import { html, type TemplateResult } from 'lit';
import type { LogFilter } from '../data/filters.ts';
import { executionKind } from '../data/log-kinds.ts';
import { RunningReplays } from '../data/running-replays.ts';
import type { LogRow } from '../data/shapes.ts';
import { oneLine, visible } from '../text/visible.ts';
import { logActions } from './log-actions.ts';
import { registryCell, textCell, timeCell, timeTexts } from './log-table.ts';
import { LogView } from './log-view.ts';
import { executionMark, executionWord } from './marks.ts';
import './replay-progress.ts';
import { logFields } from './search-fields.ts';
import { define } from './view.ts';

/** The execution log. */
class ExecutionsView extends LogView<LogRow, LogFilter> {
  #known: RunningReplays | undefined;
  protected override readonly kind = executionKind;
  protected override readonly columns = [
    'status',
    'registry',
    'date',
    'event',
    'handler',
    'object',
    'response',
    'duration',
  ];

  protected override get search() {
    return { box: 'text', boxLabel: this.t('search.log'), fields: logFields(this.app) } as const;
  }

  protected override actions(): TemplateResult {
    return logActions(this.app, () => void this.#replays.refresh());
  }

  protected override progress(): TemplateResult {
    return html`<nrp-replay-progress .app=${this.app} .replays=${this.#replays}></nrp-replay-progress>`;
  }

  get #replays(): RunningReplays {
    this.#known ??= new RunningReplays(this.app);
    return this.#known;
  }

  protected override texts(row: LogRow): Readonly<Record<string, string>> {
    const { app } = this;
    const { formats, registries } = app;
    return {
      status: executionWord(app, row),
      registry: visible(registries.nameOf(row.registry)),
      ...timeTexts(app, row.startedAt),
      event: row.eventType,
      handler: visible(row.handler.name || row.handler.id),
      object: visible(row.objectId),
      duration: formats.duration(row.durationMs),
    };
  }

  protected override cells(row: LogRow): TemplateResult {
    const { app } = this;
    const { handler, target } = row;
    const name = visible(handler.name || handler.id);
    const answer = oneLine(row.error ?? row.response ?? '');
    return html`<td class="nrp-c-status">${executionMark(app, row)}</td>
      ${registryCell(app, row)}
      ${timeCell(app, row.startedAt ?? '')}
      ${textCell('event', row.eventType)}
      ${textCell('handler', name, `#${handler.number} ${name}${target ? ` → ${visible(target)}` : ''}`)}
      ${textCell('object', visible(row.objectId))}
      ${textCell(row.error === null ? 'response' : 'response nrp-error', answer)}
      <td class="nrp-c-duration">${app.formats.duration(row.durationMs)}</td>`;
  }

  protected override open({ registry, id }: LogRow): void {
    this.app.details.execution(registry, id);
  }
}

define('nrp-executions', ExecutionsView);
