import { html, type TemplateResult } from 'lit';
import type { EventDetails } from '../../engine/words/admin-answers.ts';
import { followedEvent } from '../data/followed.ts';
import { chainList } from './chain-list.ts';
import { DetailsView } from './details-view.ts';
import { eventMark } from './marks.ts';
import { section } from './sections.ts';
import { define } from './view.ts';

/** What becomes of a test event on its way through its chain. */
class TestOutcome extends DetailsView<EventDetails> {
  protected override follow() {
    return followedEvent(this.app, this.registry, this.subject);
  }

  protected override content({ id, status, executions }: EventDetails): TemplateResult {
    const { app, registry } = this;
    return section(
      this.t('test.outcome'),
      html`<div role="status" class="nrp-outcome nrp-items">${eventMark(app, status)}
          <button type="button" class="nrp-link" @click=${() => app.details.event(registry, id)}>${id}</button>
          <span class="nrp-muted">${this.t(`eventHint.${status}`)}</span></div>
        ${chainList(app, registry, executions)}`,
    );
  }
}

define('nrp-test-outcome', TestOutcome);
