import { html, nothing, type TemplateResult } from 'lit';
import type { Followed } from '../data/followed.ts';
import { closeTray } from '../editor/tray.ts';
import { sourceNote } from './empty-state.ts';
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
    const { answer } = this.followed();
    return html`${this.#note()}
      ${answer === undefined ? nothing : html`<div class="nrp-details">${this.content(answer)}</div>`}`;
  }

  /** What is shown may be out of date: in the words that the tab has for it. */
  #note(): TemplateResult | typeof nothing {
    const { answer, problem } = this.followed();
    const isOld = answer !== undefined && problem !== undefined && this.app.registries.lost;
    return isOld ? banner('warning', this.t('lost')) : sourceNote(this.app, { answer, problem });
  }

  /** The ways to the executions of the event and to a copy of what is shown. */
  protected eventButtons(eventId: string, json: () => string): TemplateResult {
    const executions = () => {
      closeTray();
      this.app.navigation.showExecutions({ eventId });
    };
    return html`${wordButton({ icon: 'fa-list-ul', label: this.t('execution.others'), act: executions })}
      ${wordButton({
        icon: 'fa-clipboard',
        label: this.t('button.copyJson'),
        act: () => copy(this.app, json(), this.t('copied')),
      })}`;
  }
}
