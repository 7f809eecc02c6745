import type { ApiHandler } from '../../engine/words/admin-answers.ts';
import type { HandlerNode } from '../shared/handlers.ts';
import { textsOf } from '../shared/texts.ts';

const text = textsOf('provisioning-handler');

/** Tells of an operator's switch that differs from this dialog; silent where the runtime knows none. */
export function showOverride(note: JQuery, { id, registry }: HandlerNode): void {
  if (!registry) return;
  const handlers = `provisioning/registries/${encodeURIComponent(registry)}/handlers`;
  $.getJSON(handlers, ({ items }: { items: readonly ApiHandler[] }) => {
    const { override, configuredStatus } = items.find((handler) => handler.id === id) ?? {};
    if (!override) return;
    const { by, at, reason, status, until } = override;
    const end = until ? text('override.until', { until: new Date(until).toLocaleString() }) : '';
    const facts = [by, new Date(at).toLocaleString(), end, reason].filter(Boolean).join(', ');
    note.find('span').text(text('override.text', { facts, status: text(`status.${status}`) }));
    note.find('button').on('click', () => {
      const data = JSON.stringify({ status: configuredStatus });
      $.ajax(`${handlers}/${encodeURIComponent(id)}`, {
        method: 'PATCH',
        contentType: 'application/json',
        data,
      })
        .done(() => note.hide())
        .fail(({ responseJSON, status }) => {
          const problem = responseJSON?.error?.message ?? text('override.failed', { status });
          RED.notify($('<span>').text(problem), 'error');
        });
    });
    note.css('display', 'flex');
  });
}
