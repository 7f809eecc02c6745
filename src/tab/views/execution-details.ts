import { html, nothing, type TemplateResult } from 'lit';
import type { ExecutionDetails, SearchedText } from '../../engine/store/log.ts';
import { path } from '../data/api.ts';
import { Pace } from '../data/pace.ts';
import { copy } from '../editor/notify.ts';
import { closeTray } from '../editor/tray.ts';
import { curlOf } from '../text/curl.ts';
import { indented, visible } from '../text/visible.ts';
import { askedButton } from './asked-button.ts';
import { attemptsTimeline } from './attempts-timeline.ts';
import { executionMark } from './marks.ts';
import { openEvent } from './open.ts';
import { problemNote, waitNote, wordButton } from './parts.ts';
import { problemOf } from './problems.ts';
import { facts, headersTable, moment, section, textBlock } from './sections.ts';
import { define, View } from './view.ts';

/** One execution: what was sent, what came back, and the attempts it took. */
export class ExecutionDetailsView extends View {
  static override properties = { ...View.properties, registry: {}, execution: {} };
  declare registry: string;
  declare execution: string;
  #details: ExecutionDetails | undefined;
  #problem: string | undefined;
  #end: (() => void) | undefined;
  readonly #reading = new Pace(() => void this.#read(), 500);

  override connectedCallback(): void {
    super.connectedCallback();
    this.#reading.ask();
    this.#end = this.app.feed.follow({
      rows: (rows) => rows.some(({ id }) => id === this.execution) && this.#reading.ask(),
      gap: () => this.#reading.ask(),
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
    this.#reading.stop();
  }

  override render(): TemplateResult {
    const details = this.#details;
    if (this.#problem !== undefined) return problemNote(this.#problem);
    if (!details) return waitNote(this.t('loading'));
    return html`<div class="nrp-details">
      ${this.#actions(details)} ${this.#facts(details)}
      ${section(this.t('execution.attempts', { count: details.attempts }), attemptsTimeline(this.app, details))}
      ${section(
        this.t(details.attempts === 0 && details.status === 'parked' ? 'execution.toSend' : 'execution.sent'),
        html`${headersTable(this.t('execution.sentHeaders'), details.requestHeaders)}
        ${textBlock(this.t('execution.sentBody'), indented(details.request))} ${this.#searched(details, 'request')}`,
      )}
      ${details.attempts === 0 && details.error === null ? nothing : this.#received(details)}
    </div>`;
  }

  #received(details: ExecutionDetails): TemplateResult {
    return section(
      this.t('execution.received'),
      html`${details.error === null ? nothing : textBlock(this.t('execution.error'), visible(details.error), 'nrp-error')}
        ${this.#searched(details, 'error')}
        ${headersTable(this.t('execution.receivedHeaders'), details.responseHeaders)}
        ${details.response === null ? html`<p class="nrp-muted">${this.t('execution.noResponse')}</p>` : textBlock(this.t('execution.response'), indented(details.response))}
        ${this.#searched(details, 'response')}`,
    );
  }

  /** Below a text of which a search knows the beginning only. */
  #searched(details: ExecutionDetails, text: SearchedText): TemplateResult | typeof nothing {
    if (!details.searchedInPart.includes(text)) return nothing;
    return html`<p class="nrp-muted">${this.t('execution.searchedInPart')}</p>`;
  }

  #facts(details: ExecutionDetails): TemplateResult {
    const { formats, registries } = this.app;
    const { handler, startedAt } = details;
    return facts([
      [this.t('column.status'), executionMark(this.app, details)],
      [this.t('column.handler'), `${visible(handler.name || handler.id)} (#${handler.number})`],
      [this.t('execution.target'), details.target === null ? undefined : visible(details.target)],
      [this.t('column.event'), details.eventType],
      [this.t('column.object'), visible(details.objectId)],
      [this.t('column.date'), startedAt && moment(this.app, startedAt)],
      [this.t('column.duration'), formats.duration(details.durationMs)],
      [this.t('execution.code'), details.code === null ? undefined : String(details.code)],
      [this.t('execution.next'), details.nextAttemptAt && formats.absolute(details.nextAttemptAt)],
      [this.t('column.registry'), visible(registries.nameOf(this.registry))],
      [this.t('column.id'), details.id],
      [this.t('execution.replayOf'), details.replayOf ?? undefined],
    ]);
  }

  #actions(details: ExecutionDetails): TemplateResult {
    const { registry, app } = this;
    const { navigation } = app;
    const others = () => {
      closeTray();
      navigation.showExecutions({ eventId: details.eventId });
    };
    const { handler, target } = details;
    const json = () => copy(app, JSON.stringify(details, null, 2), this.t('copied'));
    const curl = () =>
      copy(
        app,
        curlOf({ target: target ?? '', headers: details.requestHeaders, body: details.request }),
        this.t('copied'),
      );
    return html`<div class="nrp-actions">
      ${wordButton({ icon: 'fa-bolt', label: this.t('execution.event'), act: () => openEvent(app, registry, details.eventId) })}
      ${wordButton({ icon: 'fa-list-ul', label: this.t('execution.others'), act: others })}
      ${wordButton({ icon: 'fa-clipboard', label: this.t('button.copyJson'), act: json })}
      ${handler.type === 'http' && target ? wordButton({ icon: 'fa-terminal', label: this.t('button.copyCurl'), act: curl }) : nothing}
      ${this.#steering(details)}
    </div>`;
  }

  #steering({ id, status }: ExecutionDetails): TemplateResult | typeof nothing {
    if (!this.app.mayWrite || status === 'running') return nothing;
    return status === 'parked' ? this.#offer('cancel', 'fa-ban', id) : this.#offer('replay', 'fa-repeat', id);
  }

  #offer(name: 'cancel' | 'replay', icon: string, id: string): TemplateResult {
    return askedButton(this.app, {
      icon,
      label: this.t(`execution.${name}`),
      question: this.t(`execution.${name}Ask`),
      route: path('registries', this.registry, 'executions', id, name),
      done: this.t(`execution.${name}Done`),
      read: () => this.#read(),
    });
  }

  async #read(): Promise<void> {
    try {
      this.#details = await this.app.api.get(path('registries', this.registry, 'executions', this.execution));
      this.#problem = undefined;
    } catch (error) {
      if (!this.#details) this.#problem = problemOf(this.app, error);
    }
    this.requestUpdate();
  }
}

define('nrp-execution', ExecutionDetailsView);
