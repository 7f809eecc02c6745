import { html, nothing, type TemplateResult } from 'lit';
import type { RunningReplays } from '../data/running-replays.ts';
import type { ReplayLogRow } from '../data/shapes.ts';
import { visible } from '../text/visible.ts';
import { tellProblems } from './notices.ts';
import { banner, wordButton } from './parts.ts';
import { define, View, Watch } from './view.ts';

/** How far replays of many executions have come, each with a way to stop it. */
class ReplayProgress extends View {
  static override properties = { ...View.properties, replays: { attribute: false } };
  declare replays: RunningReplays;

  constructor() {
    super();
    new Watch(this, () => [this.replays]);
  }

  override render(): TemplateResult {
    return html`${(this.replays.answer ?? []).map((replay) => this.#progress(replay))}`;
  }

  #progress(replay: ReplayLogRow): TemplateResult {
    const { mayWrite, formats } = this.app;
    const { kind, matched, looked, replayed, by } = replay;
    const isDelivery = kind === 'delivery';
    const counts = {
      done: formats.count(replayed),
      all: formats.count(matched),
      looked: formats.count(looked),
    };
    const words = isDelivery
      ? this.t('deliver.progress', counts)
      : by
        ? this.t('replay.progressBy', { ...counts, by: visible(by) })
        : this.t('replay.progress', counts);
    const stop = () => void tellProblems(this.app, () => this.replays.cancel(replay));
    return banner(
      'info',
      words,
      html`<progress max=${Math.max(matched, 1)} value=${isDelivery ? looked : replayed} aria-label=${words}></progress>`,
      mayWrite ? wordButton({ icon: 'fa-stop', label: this.t('replay.stop'), act: stop }) : nothing,
    );
  }
}

define('nrp-replay-progress', ReplayProgress);
