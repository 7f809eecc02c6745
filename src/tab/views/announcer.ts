import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { define, View, Watch } from './view.ts';

/** The tab's live regions: they stand there before there is anything to say, or it would not be heard. */
class Announcer extends View {
  constructor() {
    super();
    new Watch(this, () => [this.app.announcements], 'at once');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // An old alert would be heard again when the tab is shown again.
    this.app.announcements.say('');
    this.requestUpdate();
  }

  override render(): TemplateResult {
    const { text, tone, count } = this.app.announcements;
    const said = keyed(count, html`<p>${text}</p>`);
    return html`<div role="status">${tone === 'status' ? said : nothing}</div>
      <div role="alert">${tone === 'alert' ? said : nothing}</div>`;
  }
}

define('nrp-announcer', Announcer);
