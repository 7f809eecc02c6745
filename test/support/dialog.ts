import type { Locator, Page } from 'playwright-core';
import { settledTray } from './settled-tray.ts';

/** The dialog of a node that lies open on top. */
export class Dialog {
  readonly page: Page;
  readonly form: Locator;
  readonly #kind: 'node' | 'config';

  constructor(page: Page, kind: 'node' | 'config') {
    this.page = page;
    this.#kind = kind;
    this.form = page.locator(kind === 'node' ? '#dialog-form' : '#node-config-dialog-edit-form');
  }

  /** Waits until it has slid in and has the focus. */
  async settled(): Promise<void> {
    await this.form.waitFor({ state: 'visible' });
    await settledTray(this.page);
  }

  field(property: string): Locator {
    return this.form.locator(`#node-${this.#kind === 'config' ? 'config-' : ''}input-${property}`);
  }

  /** The field that is typed into where a property has a type of its own. */
  typedInput(property: string): Locator {
    return this.field(property).locator('+ .red-ui-typedInput-container .red-ui-typedInput-input');
  }

  async fill(property: string, value: string): Promise<void> {
    await this.enter(this.field(property), value);
  }

  /** A section of the form that folds. */
  section(name: string): Locator {
    return this.form.locator(`details[data-section="${name}"]`);
  }

  /** Opens the section that something lies in, if it is folded away in one. */
  async reveal(inside: Locator): Promise<void> {
    const folded = inside.locator('xpath=ancestor::details[not(@open)]/summary');
    if ((await folded.count()) > 0) await folded.click();
  }

  /** Fills a field and leaves it. */
  async enter(field: Locator, value: string): Promise<void> {
    await this.reveal(field);
    await field.fill(value);
    await field.blur();
  }

  /** Presses a button of a group, such as `enabled` of `handlerStatus`. */
  async choose(property: string, value: string): Promise<void> {
    const choice = this.choice(property);
    await this.reveal(choice);
    await choice.locator(`button[data-value="${value}"]`).click();
  }

  choice(property: string): Locator {
    return this.field(property).locator('+ .provisioning-choice');
  }

  /** Chooses a config node. */
  async select(property: string, id: string): Promise<void> {
    await this.field(property).selectOption(id);
  }

  /** Opens the dialog of a new config node for a property. */
  async add(property: string): Promise<Dialog> {
    await this.form.locator(`[id$="input-btn-${property}-add"]`).click();
    const dialog = new Dialog(this.page, 'config');
    await dialog.settled();
    return dialog;
  }

  /** Adds a row to an editable list. @returns the row */
  async addRow(list: string): Promise<Locator> {
    const rows = this.rows(list);
    const count = await rows.count();
    await this.reveal(this.list(list));
    await this.list(list).locator('.red-ui-editableList-addButton').click();
    await rows.nth(count).waitFor();
    return rows.nth(count);
  }

  rows(list: string): Locator {
    return this.form.locator(`#${list} > li`);
  }

  /** What is wrong with a field, as its tooltip says; '' when it is not marked. */
  async problemOf(field: Locator): Promise<string> {
    if (!(await field.evaluate((element) => element.classList.contains('input-error')))) return '';
    await this.reveal(field);
    await this.page.mouse.move(0, 0);
    await field.hover();
    const tooltip = this.page.locator('.red-ui-popover').last();
    await tooltip.waitFor();
    const text = (await tooltip.textContent()) ?? '';
    await this.page.mouse.move(0, 0);
    await tooltip.waitFor({ state: 'detached' });
    return text;
  }

  async save(): Promise<void> {
    await this.#leave('ok');
  }

  async cancel(): Promise<void> {
    await this.#leave('cancel');
  }

  list(list: string): Locator {
    return this.form.locator('.red-ui-editableList', { has: this.page.locator(`#${list}`) });
  }

  async #leave(button: 'ok' | 'cancel'): Promise<void> {
    const form = await this.form.elementHandle();
    await this.page.locator(`#node-${this.#kind === 'config' ? 'config-' : ''}dialog-${button}`).click();
    await form?.waitForElementState('hidden');
    // The tray beneath, if any, slides back in.
    await this.page.waitForFunction(() =>
      [...document.querySelectorAll('.red-ui-tray')].every((tray) => tray.getAnimations().length === 0),
    );
  }
}
