import { html, nothing, type TemplateResult } from 'lit';
import { ApiError } from '../data/api.ts';
import type { Followed } from '../data/followed.ts';
import type { LinkedRow } from '../data/links.ts';
import { closeTray } from '../editor/tray.ts';
import { visible } from '../text/visible.ts';
import { emptyState, sourceNote } from './empty-state.ts';
import { copy } from './notices.ts';
import { banner, wordButton } from './parts.ts';
import { lazy, View, Watch } from './view.ts';

/** All that is known of one event or execution, once it has been read. */
export abstract class DetailsView<Details> extends View {
  static override properties = { ...View.properties, registry: {}, subject: {} };
  declare registry: string;
  /** The id of the event or execution. */
  declare subject: string;
  protected readonly followed = lazy(() => this.follow());

  constructor() {
    super();
    new Watch(this, () => [this.followed()], 'at once');
  }

  /** Where the details come from. */
  protected abstract follow(): Followed<Details>;

  protected abstract content(details: Details): TemplateResult;

  override render(): TemplateResult {
    const { answer, problem } = this.followed();
    if (answer === undefined && problem instanceof ApiError && problem.code === 'not_found')
      return this.#gone();
    return html`${this.#note()}
      ${answer === undefined ? nothing : html`<div class="nrp-details">${this.content(answer)}</div>`}`;
  }

  /** What is shown may be out of date: in the words that the tab has for it. */
  #note(): TemplateResult | typeof nothing {
    const { answer, problem } = this.followed();
    const isOld = answer !== undefined && problem !== undefined && this.app.registries.lost;
    return isOld ? banner('warning', this.t('lost')) : sourceNote(this.app, { answer, problem });
  }

  /** A link may outlive what it leads to. */
  #gone(): TemplateResult {
    return emptyState(
      'fa-chain-broken',
      this.t('gone.title'),
      this.t('gone.text', { id: visible(this.subject) }),
    );
  }

  /** The ways to the executions of the event, to a copy of what is shown and to a link to it. */
  protected eventButtons(eventId: string, kind: LinkedRow['kind'], json: () => string): TemplateResult {
    const { registry, subject: id } = this;
    const executions = () => {
      closeTray();
      this.app.navigation.showExecutions({ eventId });
    };
    return html`${wordButton({ icon: 'fa-list-ul', label: this.t('execution.others'), act: executions })}
      ${wordButton({
        icon: 'fa-clipboard',
        label: this.t('button.copyJson'),
        act: () => copy(this.app, json(), this.t('copied')),
      })}
      ${wordButton({
        icon: 'fa-link',
        label: this.t('button.copyLink'),
        act: () => copy(this.app, this.app.linkTo({ kind, registry, id }), this.t('copied')),
      })}`;
  }
}
