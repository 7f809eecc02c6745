import { html, nothing, type TemplateResult } from 'lit';
import { onEditorEvents } from '../../editor/events.ts';
import { chosenRegistry } from '../data/shown-registries.ts';
import { type ViewName, views } from '../data/view-names.ts';
import { addRegistry, editedRegistries, editRegistry } from '../editor/flow-nodes.ts';
import { SidebarHalf } from '../editor/sidebar-half.ts';
import { visible } from '../text/visible.ts';
import { emptyState, examplesButton, failedState, firstFlowButton, retryButton } from './empty-state.ts';
import { showKeys } from './key-sheet.ts';
import { Keys } from './keys.ts';
import { problemOf } from './notices.ts';
import { banner, iconButton, registryOptions, waitNote, wordButton } from './parts.ts';
import { holdBanner } from './registry-hold.ts';
import { showTabMenu } from './tab-menu.ts';
import { define, View, Watch } from './view.ts';
import './announcer.ts';
import './handlers-view.ts';
import './executions-view.ts';
import './events-view.ts';
import './overview-view.ts';

const icons: Readonly<Record<ViewName, string>> = {
  handlers: 'fa-plug',
  executions: 'fa-list-alt',
  events: 'fa-inbox',
  overview: 'fa-line-chart',
};

/** As the tab is registered. */
const tabId = 'provisioning-tab';

/** The tab: what it shows now, and how to get to the rest. */
export class TabView extends View {
  readonly #keys = new Keys(this);

  constructor() {
    super();
    const resized = { observe: (act: () => void) => onEditorEvents(['sidebar:resize'], act) };
    new Watch(this, () => [this.app.navigation, resized], 'at once');
    new Watch(this, () => [this.app.registries]);
  }

  override render(): TemplateResult {
    return html`<div class="nrp-view" @keydown=${this.#pressed}>
      <nrp-announcer class="nrp-hidden" .app=${this.app}></nrp-announcer>
      ${this.#head()} <div class="nrp-notes">${this.#banners()}</div> ${this.#body()}
    </div>`;
  }

  readonly #pressed = (event: KeyboardEvent): void => {
    const command = this.#keys.commandOf(event);
    if (command === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (command === 'keys') showKeys(this.app);
    else if (command === 'search') this.querySelector<HTMLInputElement>('.nrp-search-box')?.select();
    else if (command === 'renew') void this.app.registries.read();
    this.querySelector<View>('.nrp-main')?.obey(command);
  };

  #head(): TemplateResult {
    const { navigation, refusal: refused } = this.app;
    return html`<div class="nrp-head">
      <nav class="button-group nrp-nav" aria-label=${this.t('nav.label')}>
        ${views.map(
          (view) => html`<button
            type="button"
            class="red-ui-button red-ui-button-small ${navigation.view === view ? 'selected' : ''}"
            aria-current=${navigation.view === view ? 'page' : nothing}
            aria-label=${this.t(`nav.${view}`)}
            title=${this.t(`nav.${view}`)}
            @click=${() => navigation.show(view)}
          ><i class="fa ${icons[view]}" aria-hidden="true"></i><span>${this.t(`nav.${view}`)}</span></button>`,
        )}
      </nav>
      ${this.#registrySelect()}
      <span class="button-group nrp-tools">
        ${iconButton({ icon: 'fa-bolt', label: this.t('test.title'), act: () => this.app.details.testEvent(), refused })}
        ${this.#heightButton()}
        ${iconButton({
          icon: 'fa-ellipsis-v',
          label: this.t('menu.title'),
          act: ({ currentTarget }) => showTabMenu(this.app, currentTarget as HTMLElement),
        })}
      </span>
    </div>`;
  }

  /** In one half of a split sidebar few rows fit. */
  #heightButton(): TemplateResult | typeof nothing {
    const half = new SidebarHalf(this, tabId);
    if (!half.isSplit) return nothing;
    const act = ({ currentTarget }: MouseEvent) => {
      half.toggle();
      // The editor gives the focus to the button of the other half.
      (currentTarget as HTMLElement).focus();
    };
    return iconButton({ icon: 'fa-arrows-v', label: this.t('wholeHeight'), act, pressed: half.isWhole });
  }

  #registrySelect(): TemplateResult | typeof nothing {
    const { registries, navigation } = this.app;
    if (registries.items.length < 2) return nothing;
    const chosen = chosenRegistry(this.app);
    const choose = (event: Event) => navigation.chooseRegistry((event.target as HTMLSelectElement).value);
    return html`<select class="nrp-registry" aria-label=${this.t('column.registry')} @change=${choose}>
      <option value="" ?selected=${chosen === ''}>${this.t('allRegistries')}</option>
      ${registryOptions(registries.items, chosen)}
    </select>`;
  }

  #banners(): TemplateResult {
    const { registries, mayWrite } = this.app;
    return html`
      ${registries.lost ? banner('warning', this.t('lost')) : nothing}
      ${mayWrite || registries.state !== 'ready' ? nothing : banner('info', this.t('readOnly'))}
      ${registries.items.map((row) => (row.override ? holdBanner(this.app, row, row.override) : nothing))}
      ${registries.items.map(({ id, name, state, error }) => {
        const registry = visible(name || id);
        if (state === 'orphaned') return banner('info', this.t('orphaned', { registry }));
        if (!error) return nothing;
        const edit = { icon: 'fa-pencil', label: this.t('button.editRegistry'), act: () => editRegistry(id) };
        return banner(
          'error',
          `${registry}: ${visible(error)}`,
          this.app.hasFlows ? iconButton(edit) : nothing,
        );
      })}
    `;
  }

  #body(): TemplateResult {
    const { state, readable, problem } = this.app.registries;
    const retry = () => this.app.registries.read();
    switch (state) {
      case 'loading':
        return waitNote(this.t('loading'));
      case 'forbidden':
        return emptyState('fa-lock', this.t('forbidden.title'), this.t('forbidden.text'));
      case 'absent':
        return emptyState(
          'fa-chain-broken',
          this.t('absent.title'),
          this.t('absent.text'),
          retryButton(this.app, retry),
        );
      case 'failed':
        return failedState(this.app, problemOf(this.app, problem), retry);
      default:
        return readable.length === 0 && editedRegistries().length === 0 ? this.#noRegistry() : this.#view();
    }
  }

  #noRegistry(): TemplateResult {
    return emptyState(
      'fa-book',
      this.t('empty.registry.title'),
      this.t('empty.registry.text'),
      examplesButton(this.app, true),
      firstFlowButton(this.app),
      this.app.hasFlows
        ? wordButton({ icon: 'fa-plus', label: this.t('button.addRegistry'), act: addRegistry })
        : nothing,
    );
  }

  #view(): TemplateResult {
    const { app } = this;
    return {
      handlers: () => html`<nrp-handlers class="nrp-main" .app=${app}></nrp-handlers>`,
      executions: () => html`<nrp-executions class="nrp-main" .app=${app}></nrp-executions>`,
      events: () => html`<nrp-events class="nrp-main" .app=${app}></nrp-events>`,
      overview: () => html`<nrp-overview class="nrp-main" .app=${app}></nrp-overview>`,
    }[app.navigation.view]();
  }
}

define('nrp-tab', TabView);
