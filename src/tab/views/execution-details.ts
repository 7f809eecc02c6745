import { html, nothing, type TemplateResult } from 'lit';
import type { ExecutionDetails, SearchedText } from '../../engine/words/admin-answers.ts';
import { causeOf } from '../../engine/words/cause.ts';
import { path } from '../data/api.ts';
import { followedExecution } from '../data/followed.ts';
import { indented, nameOf, visible } from '../text/visible.ts';
import { askedButton } from './asked-button.ts';
import { attemptsTimeline } from './attempts-timeline.ts';
import './comparison.ts';
import { curlButton } from './curl-button.ts';
import { DetailsView } from './details-view.ts';
import { executionMark } from './marks.ts';
import { wordButton } from './parts.ts';
import { replayedMark } from './replayed-mark.ts';
import { type Fact, facts, headersTable, moment, section, textBlock, time } from './sections.ts';
import { define } from './view.ts';

/** One execution: what was sent, what came back, and the attempts it took. */
class ExecutionDetailsView extends DetailsView<ExecutionDetails> {
  protected override follow() {
    return followedExecution(this.app, this.registry, this.subject);
  }

  protected override content(details: ExecutionDetails): TemplateResult {
    const { attempts, status, error, passedBy, requestHeaders } = details;
    return html`${this.#actions(details)} ${this.#facts(details)}
      ${section(
        this.t('execution.attempts', { count: attempts }),
        html`${attemptsTimeline(this.app, details)}
          <nrp-comparison .app=${this.app} .registry=${this.registry} .details=${details}></nrp-comparison>`,
      )}
      ${section(
        this.t(attempts === 0 && status === 'parked' ? 'execution.toSend' : 'execution.sent'),
        html`${headersTable(this.t('execution.sentHeaders'), requestHeaders)}
        ${this.#sentBody(details)}`,
      )}
      ${
        passedBy
          ? html`<p class="nrp-muted">${this.t('condition.notMetHint')}</p>`
          : attempts === 0 && error === null
            ? nothing
            : this.#received(details)
      }`;
  }

  /** Of a request that was made of the event, not the event itself: that is shown on its own. */
  #sentBody(details: ExecutionDetails): TemplateResult {
    const { request, sentBody } = details;
    if (sentBody === '') return html`<p class="nrp-muted">${this.t('execution.noBody')}</p>`;
    if (sentBody !== null) return textBlock(this.t('execution.sentBody'), indented(sentBody));
    return html`${textBlock(this.t('execution.sentBody'), indented(request))} ${this.#searched(details, 'request')}`;
  }

  #received(details: ExecutionDetails): TemplateResult {
    return section(
      this.t('execution.received'),
      html`${details.error === null ? nothing : textBlock(this.t('execution.error'), visible(causeOf(details) ?? ''), 'nrp-error')}
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
      [
        this.t('execution.replayedAs'),
        details.replayedAs && html`${replayedMark(this.app, this.registry, details)}`,
      ],
      [
        this.t('column.handler'),
        this.t('handlers.numbered', { name: nameOf(handler), number: handler.number }),
      ],
      [this.t('execution.target'), details.target && visible(details.target)],
      [this.t('column.event'), details.eventType],
      [this.t('column.object'), visible(details.objectId)],
      [this.t('column.date'), startedAt && moment(this.app, startedAt)],
      [this.t('column.duration'), formats.duration(details.durationMs)],
      [this.t('execution.code'), details.code?.toString()],
      [this.t('execution.next'), details.nextAttemptAt && time(this.app, details.nextAttemptAt)],
      [this.t('column.registry'), visible(registries.nameOf(this.registry))],
      [this.t('column.id'), details.id],
      ...this.#origin(details),
    ]);
  }

  /** Why it is there at all, where that is no event's first turn, and who has asked for it. */
  #origin({ replayOf: id, deliveredLater, by }: ExecutionDetails): Fact[] {
    const asker = by === null ? '' : visible(by);
    const replay = asker && !deliveredLater ? this.t('execution.replayOfBy', { id, by: asker }) : id;
    const delivery = asker ? this.t('deliver.laterBy', { by: asker }) : this.t('deliver.later');
    return [
      [this.t('execution.replayOf'), id && replay],
      [this.t('deliver.why'), deliveredLater && delivery],
    ];
  }

  #actions(details: ExecutionDetails): TemplateResult {
    const { registry, app } = this;
    const { eventId, attemptList } = details;
    return html`<div class="nrp-actions">
      ${wordButton({ icon: 'fa-bolt', label: this.t('execution.event'), act: () => app.details.event(registry, eventId) })}
      ${this.eventButtons(eventId, 'execution', () => JSON.stringify(details, null, 2))}
      ${curlButton(app, details, attemptList.at(-1), this.t('button.copyCurl'))}
      ${this.#steering(details)}
    </div>`;
  }

  #steering({ id, status }: ExecutionDetails): TemplateResult | typeof nothing {
    if (!this.app.mayWrite || status === 'running') return nothing;
    const name = status === 'parked' ? 'cancel' : 'replay';
    return askedButton(this.app, {
      icon: status === 'parked' ? 'fa-ban' : 'fa-repeat',
      label: this.t(`execution.${name}`),
      question: this.t(`execution.${name}Ask`),
      route: path('registries', this.registry, 'executions', id, name),
      done: this.t(`execution.${name}Done`),
      read: () => this.followed().read(),
    });
  }
}

define('nrp-execution', ExecutionDetailsView);
