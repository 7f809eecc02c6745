import { html, nothing, type TemplateResult } from 'lit';
import { type Finding, type FindingLevel, findingLevels } from '../../engine/words/diagnosis.ts';
import type { App } from '../app.ts';
import { Checkup } from '../data/checkup.ts';
import { editHandler, editRegistry } from '../editor/flow-nodes.ts';
import { showTray } from '../editor/tray.ts';
import { nameOf } from '../text/visible.ts';
import { findingsAsText, findingText } from './finding-text.ts';
import { copy, problemOf } from './notices.ts';
import { iconButton, problemNote, waitNote, wordButton } from './parts.ts';
import { define, lazy, View, Watch } from './view.ts';

/** Shows what the doctor finds; it looks when it is opened, and at the network only when it is told to. */
export function showDoctor(app: App): void {
  const view = document.createElement('nrp-doctor');
  showTray(app, app.text('doctor.title'), Object.assign(view, { app }));
}

const icons: Readonly<Record<FindingLevel, string>> = {
  error: 'fa-times-circle',
  warning: 'fa-exclamation-triangle',
  notice: 'fa-info-circle',
  ok: 'fa-check-circle',
};

class DoctorView extends View {
  readonly #checkup = lazy(() => new Checkup(this.app.api));

  constructor() {
    super();
    new Watch(this, () => [this.#checkup()], 'at once');
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#checkup().checkedAt === undefined) void this.#checkup().check();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#checkup().stop();
  }

  override render(): TemplateResult {
    const { problem, checkedAt, findings } = this.#checkup();
    const failed = problem === undefined ? nothing : problemNote(problemOf(this.app, problem));
    return html`<div class="nrp-details nrp-doctor">
      <div class="nrp-actions">${this.#actions()}</div>
      ${failed}
      ${checkedAt === undefined ? (problem === undefined ? waitNote(this.t('doctor.checking')) : nothing) : this.#findings(checkedAt, findings)}
    </div>`;
  }

  #actions(): TemplateResult {
    const checkup = this.#checkup();
    const { state, checkedAt, findings, reached } = checkup;
    const busy = state === 'done' ? undefined : this.t('doctor.checking');
    const check = () => void checkup.check();
    const reach = () => void checkup.reach();
    const copyAll = () =>
      copy(this.app, findingsAsText(this.app, checkedAt ?? '', findings), this.t('copied'));
    return html`${wordButton({ icon: 'fa-refresh', label: this.t('doctor.again'), act: check, refused: busy })}
      ${
        reached.all === 0
          ? nothing
          : state === 'reaching'
            ? wordButton({ icon: 'fa-stop', label: this.t('replay.stop'), act: () => checkup.stop() })
            : wordButton({
                icon: 'fa-plug',
                label: this.t('doctor.reach'),
                act: reach,
                refused: busy ?? this.app.refusal,
              })
      }
      ${checkedAt === undefined ? nothing : wordButton({ icon: 'fa-clipboard', label: this.t('doctor.copy'), act: copyAll })}`;
  }

  #findings(checkedAt: string, findings: readonly Finding[]): TemplateResult {
    const bad = findings[0]?.level;
    const verdict = this.t(
      bad === 'error' || bad === 'warning'
        ? 'doctor.wrong'
        : bad === 'notice'
          ? 'doctor.wellBut'
          : 'doctor.well',
    );
    const at = this.t('doctor.at', { time: this.app.formats.absolute(checkedAt) });
    return html`<p role="status" class="nrp-verdict">
        <b>${verdict}</b> <span class="nrp-muted">${this.#checkup().state === 'checking' ? this.t('doctor.checking') : at}</span>
      </p>
      ${this.#progress()} ${findingLevels.map((level) => this.#group(level, findings))}`;
  }

  #progress(): TemplateResult | typeof nothing {
    const { state, reached } = this.#checkup();
    if (reached.all === 0) return nothing;
    const { done = 0, all } = reached;
    if (reached.done === undefined) return html`<p class="nrp-muted">${this.t('doctor.reachWhat')}</p>`;
    if (state !== 'reaching') return html`<p role="status">${this.t('doctor.reached', { done, all })}</p>`;
    const words = this.t('doctor.reaching', { done, all });
    return html`<p role="status">${words}</p>
      <progress max=${all} value=${done} aria-label=${words}></progress>`;
  }

  #group(level: FindingLevel, all: readonly Finding[]): TemplateResult | typeof nothing {
    const findings = all.filter((one) => one.level === level);
    if (findings.length === 0) return nothing;
    const heading = html`<i class="fa ${icons[level]} nrp-level-icon" aria-hidden="true"></i>
      ${this.t(`doctor.level.${level}`)} (${findings.length})`;
    const list = html`<ul class="nrp-findings">${findings.map((one) => this.#finding(one))}</ul>`;
    return level === 'ok'
      ? html`<details class="nrp-level-ok" ?open=${all.length === findings.length}><summary>${heading}</summary>${list}</details>`
      : html`<section class="nrp-level-${level}"><h4>${heading}</h4>${list}</section>`;
  }

  #finding(finding: Finding): TemplateResult {
    const { about, found, remedy } = findingText(this.app, finding);
    return html`<li>
      <div class="nrp-wrap">
        ${about.length > 0 ? html`<span class="nrp-about">${about.join(' · ')}</span>` : nothing}
        <span>${found}</span>
        ${remedy ? html`<span class="nrp-remedy"><i class="fa fa-wrench" aria-hidden="true"></i><span>${remedy}</span></span>` : nothing}
      </div>
      ${this.#edit(finding)}
    </li>`;
  }

  /** What is well needs no dialog. */
  #edit({ level, handler, registry, check }: Finding): TemplateResult | typeof nothing {
    if (!this.app.hasFlows || level === 'ok') return nothing;
    if (handler) {
      return iconButton({
        icon: 'fa-pencil',
        label: this.t('handlers.edit', { name: nameOf(handler) }),
        act: () => editHandler(handler.id),
      });
    }
    if (!registry || check !== 'registries') return nothing;
    return iconButton({
      icon: 'fa-pencil',
      label: this.t('button.editRegistry'),
      act: () => editRegistry(registry.id),
    });
  }
}

define('nrp-doctor', DoctorView);
