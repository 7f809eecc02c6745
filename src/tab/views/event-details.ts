import { html, nothing, type TemplateResult } from 'lit';
import type { EventDetails } from '../../engine/store/log.ts';
import { path } from '../data/api.ts';
import { FollowedEvent } from '../data/followed-event.ts';
import { copy } from '../editor/notify.ts';
import { closeTray } from '../editor/tray.ts';
import { indented, visible } from '../text/visible.ts';
import { askedButton } from './asked-button.ts';
import { chainList } from './chain-list.ts';
import { eventMark } from './marks.ts';
import { problemNote, waitNote, wordButton } from './parts.ts';
import { problemOf } from './problems.ts';
import { facts, moment, section, textBlock } from './sections.ts';
import { define, View } from './view.ts';

/** One event: what came in, and what became of it. */
export class EventDetailsView extends View {
  static override properties = { ...View.properties, registry: {}, event: {} };
  declare registry: string;
  declare event: string;
  #followed: FollowedEvent | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#followed = new FollowedEvent(this.app, this.registry, this.event);
    this.#followed.observe(() => this.requestUpdate());
    this.#followed.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#followed?.stop();
  }

  override render(): TemplateResult {
    const { details, problem } = this.#followed ?? {};
    if (!details && problem !== undefined) return problemNote(problemOf(this.app, problem));
    if (!details) return waitNote(this.t('loading'));
    const { executions } = details;
    return html`<div class="nrp-details">
      ${this.#actions(details)} ${this.#facts(details)}
      <p class="nrp-muted">${this.t(`eventHint.${details.status}`)}</p>
      ${executions.length > 0 ? section(this.t('event.chain'), chainList(this.app, this.registry, executions)) : nothing}
      ${section(this.t('event.envelope'), textBlock(this.t('event.envelope'), indented(details.envelope)))}
    </div>`;
  }

  #facts(details: EventDetails): TemplateResult {
    const { app } = this;
    const { acceptedAt, settledAt, status } = details;
    const settled = status === 'unclaimed' ? 'event.unclaimed' : 'event.settled';
    return facts([
      [this.t('column.status'), eventMark(app, details.status)],
      [this.t('column.event'), details.eventType],
      [this.t('column.object'), visible(details.objectId)],
      [this.t('event.accepted'), moment(app, acceptedAt)],
      [this.t(settled), settledAt && moment(app, settledAt)],
      [this.t('column.registry'), visible(app.registries.nameOf(this.registry))],
      [this.t('column.id'), details.id],
    ]);
  }

  #actions(details: EventDetails): TemplateResult {
    const { id, envelope } = details;
    const executions = () => {
      closeTray();
      this.app.navigation.showExecutions({ eventId: id });
    };
    return html`<div class="nrp-actions">
      ${wordButton({ icon: 'fa-list-ul', label: this.t('execution.others'), act: executions })}
      ${wordButton({
        icon: 'fa-clipboard',
        label: this.t('button.copyJson'),
        act: () => copy(this.app, envelope, this.t('copied')),
      })}
      ${this.#replay(details)}
    </div>`;
  }

  #replay({ id, status }: EventDetails): TemplateResult | typeof nothing {
    // What was all done with success has nothing to run again.
    if (!this.app.mayWrite || (status !== 'unclaimed' && status !== 'failed')) return nothing;
    return askedButton(this.app, {
      icon: 'fa-repeat',
      label: this.t('button.replay'),
      question: this.t('event.replayAsk'),
      route: path('registries', this.registry, 'events', id, 'replay'),
      done: this.t('execution.replayDone'),
      read: () => this.#followed?.read(),
    });
  }
}

define('nrp-event', EventDetailsView);
