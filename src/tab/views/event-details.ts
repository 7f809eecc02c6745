import { html, nothing, type TemplateResult } from 'lit';
import type { EventDetails } from '../../engine/journal/log.ts';
import { path } from '../data/api.ts';
import { FollowedEvent } from '../data/followed-event.ts';
import { ask } from '../editor/ask.ts';
import { copy, notify } from '../editor/notify.ts';
import { closeTray } from '../editor/tray.ts';
import { indented, visible } from '../text/visible.ts';
import { chainList } from './chain-list.ts';
import { eventMark } from './marks.ts';
import { wordButton } from './parts.ts';
import { problemOf, telling } from './problems.ts';
import { facts, section, textBlock } from './sections.ts';
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
    if (!details && problem !== undefined) {
      return html`<div class="nrp-problem" role="alert">${problemOf(this.app, problem)}</div>`;
    }
    if (!details) return html`<div class="nrp-wait" role="status">${this.t('loading')}</div>`;
    const { executions } = details;
    return html`<div class="nrp-details">
      ${this.#actions(details)} ${this.#facts(details)}
      <p class="nrp-muted">${this.t(`eventHint.${details.status}`)}</p>
      ${executions.length > 0 ? section(this.t('event.chain'), chainList(this.app, this.registry, executions)) : nothing}
      ${section(this.t('event.envelope'), textBlock(this.t('event.envelope'), indented(details.envelope)))}
    </div>`;
  }

  #facts(details: EventDetails): TemplateResult {
    const { formats, registries } = this.app;
    const { acceptedAt, settledAt } = details;
    const time = (at: string) =>
      html`<time datetime=${at}>${formats.absolute(at)} <span class="nrp-muted">${at}</span></time>`;
    return facts([
      [this.t('column.status'), eventMark(this.app, details.status)],
      [this.t('column.event'), details.eventType],
      [this.t('column.object'), visible(details.objectId)],
      [this.t('event.accepted'), time(acceptedAt)],
      [this.t('event.settled'), settledAt && time(settledAt)],
      [this.t('column.registry'), visible(registries.nameOf(this.registry))],
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
        act: () => copy(envelope, this.t('copied')),
      })}
      ${this.#replay(details)}
    </div>`;
  }

  #replay({ id, status }: EventDetails): TemplateResult | typeof nothing {
    // What was all done with success has nothing to run again.
    const { api, mayWrite } = this.app;
    if (!mayWrite || (status !== 'unclaimed' && status !== 'failed')) return nothing;
    const route = path('registries', this.registry, 'events', id, 'replay');
    const act = (button: HTMLElement) =>
      telling(this.app, async () => {
        const question = { text: this.t('event.replayAsk'), yes: this.t('button.replay') };
        if ((await ask(this.app, button, question)) === undefined) return;
        await api.send('POST', route);
        notify(this.t('execution.replayDone'), 'success');
        await Promise.all([this.#followed?.read(), this.app.registries.refresh()]);
      });
    return wordButton({
      icon: 'fa-repeat',
      label: this.t('button.replay'),
      act: ({ currentTarget }) => void act(currentTarget as HTMLElement),
    });
  }
}

define('nrp-event', EventDetailsView);
