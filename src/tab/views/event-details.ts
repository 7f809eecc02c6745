import { html, nothing, type TemplateResult } from 'lit';
import type { EventDetails } from '../../engine/words/admin-answers.ts';
import { path } from '../data/api.ts';
import { followedEvent } from '../data/followed.ts';
import { indented, visible } from '../text/visible.ts';
import { askedButton } from './asked-button.ts';
import { chainList } from './chain-list.ts';
import { DetailsView } from './details-view.ts';
import { eventMark } from './marks.ts';
import { facts, moment, section, textBlock } from './sections.ts';
import { define } from './view.ts';

/** One event: what came in, and what became of it. */
class EventDetailsView extends DetailsView<EventDetails> {
  protected override follow() {
    return followedEvent(this.app, this.registry, this.subject);
  }

  protected override content(details: EventDetails): TemplateResult {
    const { id, status, executions, envelope } = details;
    return html`<div class="nrp-actions">
        ${this.eventButtons(id, 'event', () => envelope)} ${this.#replay(details)}
      </div>
      ${this.#facts(details)}
      <p class="nrp-muted">${this.t(`eventHint.${status}`)}</p>
      ${executions.length > 0 ? section(this.t('event.chain'), chainList(this.app, this.registry, executions)) : nothing}
      ${section(this.t('event.envelope'), textBlock(this.t('event.envelope'), indented(envelope)))}`;
  }

  #facts({ id, status, eventType, objectId, acceptedAt, settledAt }: EventDetails): TemplateResult {
    const { app } = this;
    const settled = status === 'unclaimed' ? 'event.unclaimed' : 'event.settled';
    return facts([
      [this.t('column.status'), eventMark(app, status)],
      [this.t('column.event'), eventType],
      [this.t('column.object'), visible(objectId)],
      [this.t('event.accepted'), moment(app, acceptedAt)],
      [this.t(settled), settledAt && moment(app, settledAt)],
      [this.t('column.registry'), visible(app.registries.nameOf(this.registry))],
      [this.t('column.id'), id],
    ]);
  }

  #replay({ id, status, node }: EventDetails): TemplateResult | typeof nothing {
    // What was all done with success has nothing to run again.
    const isEmittable = status === 'unclaimed' || (status === 'unhandled' && node !== null);
    if (!this.app.mayWrite || !(isEmittable || status === 'failed')) return nothing;
    return askedButton(this.app, {
      icon: 'fa-repeat',
      label: this.t('button.replay'),
      question: this.t('event.replayAsk'),
      route: path('registries', this.registry, 'events', id, 'replay'),
      done: this.t('execution.replayDone'),
      read: () => this.followed().read(),
    });
  }
}

define('nrp-event', EventDetailsView);
