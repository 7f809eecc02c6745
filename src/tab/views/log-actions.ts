import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.ts';
import { queryOf } from '../data/filters.ts';
import { shownRegistries } from '../data/shown-registries.ts';
import { showCancel } from './cancel-dialog.ts';
import { exportButton } from './export-button.ts';
import { wordButton } from './parts.ts';
import { type Found, showReplay } from './replay-dialog.ts';

/**
 * What can be done with all executions that match the search.
 * @param conditions what is searched for, in words
 */
export function logActions(app: App, conditions: () => readonly string[]): TemplateResult {
  const { text, mayWrite } = app;
  const found = () => searchFound(app, conditions());
  const waits = app.navigation.log.fields.status.split(',').includes('parked');
  return html`<span class="button-group nrp-worded">
    ${exportButton(app, 'executions', () => queryOf(app.navigation.log.fields))}
    ${mayWrite ? wordButton({ icon: 'fa-history', label: text('log.replay'), folds: true, act: () => showReplay(app, found()) }) : nothing}
    ${mayWrite && waits ? wordButton({ icon: 'fa-ban', label: text('log.cancelParked'), folds: true, act: () => showCancel(app, found()) }) : nothing}
  </span>`;
}

/** All executions that match the search. @param conditions what is searched for, in words */
export function searchFound(app: App, conditions: readonly string[]): Found {
  return { query: queryOf(app.navigation.log.fields), conditions, registries: shownRegistries(app) };
}
