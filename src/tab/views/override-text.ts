import type { App } from '../app.ts';
import type { Override } from '../data/shapes.ts';
import { visible } from '../text/visible.ts';

/** Who has switched something, when, until when and why. */
export function overrideText(app: App, { status, by, at, reason, until }: Override): string {
  const { text, formats } = app;
  const facts = { status: text(`flag.${status}`), by: by ? visible(by) : text('override.somebody') };
  return [
    text('override.text', { ...facts, at: formats.absolute(at) }),
    until ? text('override.until', { until: formats.absolute(until) }) : '',
    reason ? text('override.why', { reason: visible(reason) }) : '',
  ]
    .filter(Boolean)
    .join(' ');
}
