import { html, nothing, type TemplateResult } from 'lit';
import type { HandlerFilter } from '../data/filters.ts';
import { awaitingDeploy, type HandlerRow } from '../data/handler-rows.ts';
import { foundHandlers } from '../data/handler-search.ts';
import { Handlers } from '../data/handlers.ts';
import { chosenRegistry, isShown } from '../data/shown-registries.ts';
import { addHandler, editedRegistries } from '../editor/flow-nodes.ts';
import { showMenu } from '../editor/menu.ts';
import { nameOf } from '../text/visible.ts';
import { callsMatrix } from './calls-matrix.ts';
import { emptyState, examplesButton, firstFlowButton, noneFound, sourceNote } from './empty-state.ts';
import { type Deletions, handlerTable, mostHandlers } from './handler-table.ts';
import { banner, iconButton, wordButton } from './parts.ts';
import { searchBar } from './search-bar.ts';
import { handlerFields } from './search-fields.ts';
import { define, lazy, View, Watch } from './view.ts';

/** The handlers: who is called, in which order, and how they are doing. */
class HandlersView extends View {
  readonly #all = lazy(() => new Handlers(this.app));
  #searching = false;
  readonly #deletions: Deletions = new Map();

  constructor() {
    super();
    new Watch(this, () => [this.#all()]);
  }

  get #showsMatrix(): boolean {
    return this.app.preferences.get('matrix') === true;
  }

  override render(): TemplateResult {
    const { app } = this;
    const { navigation } = app;
    const { rows } = this.#all();
    return html`${searchBar<HandlerFilter>(app, {
      filter: navigation.handlers,
      box: 'text',
      boxLabel: this.t('search.handlers'),
      fields: handlerFields(app),
      open: this.#searching,
      toggle: () => {
        this.#searching = !this.#searching;
        this.requestUpdate();
      },
      beside: this.#buttons(),
    })}
    ${this.#deployNote(rows)} ${sourceNote(app, this.#all())}
    ${this.#all().answer === undefined ? nothing : this.#content(rows)}`;
  }

  #content(rows: readonly HandlerRow[]): TemplateResult {
    const { handlers: filter } = this.app.navigation;
    const shown = rows.filter((row) => isShown(this.app, row));
    if (shown.length === 0) return this.#noHandler();
    const { eventType } = filter.fields;
    const matrix = this.#showsMatrix;
    // To an event that is searched for perhaps nobody listens: the matrix says so.
    const asked = matrix ? { ...filter.fields, eventType: '' } : filter.fields;
    const found = foundHandlers(shown, asked, chosenRegistry(this.app));
    if (found.length === 0) return noneFound(this.app, filter);
    if (matrix) return callsMatrix(this.app, shown, found, eventType.trim());
    return html`${handlerTable(this.app, this.#all(), found, this.#deletions)}
      ${
        found.length > mostHandlers
          ? banner('info', this.t('handlers.more', { count: found.length - mostHandlers }))
          : nothing
      }`;
  }

  #buttons(): TemplateResult {
    const toggle = () => {
      this.app.preferences.set('matrix', !this.#showsMatrix);
      this.requestUpdate();
    };
    return html`<span class="button-group">
        ${iconButton({ icon: 'fa-th', label: this.t('matrix.show'), act: toggle, pressed: this.#showsMatrix })}
      </span>
      ${this.app.hasFlows ? wordButton({ icon: 'fa-plus', label: this.t('handlers.new'), act: (event) => this.#add(event), refused: this.app.refusal }) : nothing}`;
  }

  #deployNote(rows: readonly HandlerRow[]): TemplateResult | typeof nothing {
    const count = awaitingDeploy(rows);
    if (count === 0 || !this.app.hasFlows) return nothing;
    const deploy = {
      icon: '',
      label: this.t('button.deploy'),
      act: () => RED.actions.invoke('core:deploy-flows'),
    };
    return banner('info', this.t('handlers.undeployed', { count }), wordButton(deploy));
  }

  #noHandler(): TemplateResult {
    const add = (event: MouseEvent) => this.#add(event);
    return emptyState(
      'fa-plug',
      this.t('empty.handlers.title'),
      this.t('empty.handlers.text'),
      this.app.hasFlows
        ? wordButton({ icon: 'fa-plus', label: this.t('handlers.new'), act: add, primary: true })
        : nothing,
      examplesButton(this.app),
      firstFlowButton(this.app),
    );
  }

  #add({ currentTarget }: MouseEvent): void {
    const chosen = chosenRegistry(this.app);
    const all = editedRegistries().map(({ id, name }) => ({ id, name: String(name ?? '') }));
    const own = all.filter(({ id }) => id === chosen);
    const choices = own.length > 0 ? own : all;
    if (choices.length < 2) addHandler(choices[0]?.id ?? '');
    else {
      const options = choices.map((choice) => ({
        label: nameOf(choice),
        onselect: () => addHandler(choice.id),
      }));
      showMenu(currentTarget as HTMLElement, options);
    }
  }
}

define('nrp-handlers', HandlersView);
