import type { HandlerNode } from '../shared/handlers.ts';
import { textsOf } from '../shared/texts.ts';

/** What the admin API tells of a handler that an operator has switched. */
interface Switched {
  readonly id: string;
  readonly configuredStatus: string;
  readonly override: {
    readonly status: string;
    readonly by: string | null;
    readonly at: string;
    readonly reason: string | null;
  } | null;
}

const text = textsOf('provisioning-handler');

/** Tells of an operator's switch that differs from this dialog; silent where the runtime knows none. */
export function showOverride(note: JQuery, { id, registry }: HandlerNode): void {
  if (!registry) return;
  const handlers = `provisioning/registries/${encodeURIComponent(registry)}/handlers`;
  $.getJSON(handlers, ({ items }: { items: readonly Switched[] }) => {
    const { override, configuredStatus } = items.find((handler) => handler.id === id) ?? {};
    if (!override) return;
    const { by, at, reason, status } = override;
    const facts = [by, new Date(at).toLocaleString(), reason].filter(Boolean).join(', ');
    note.find('span').text(text('override.text', { facts, status: text(`status.${status}`) }));
    note.find('button').on('click', () => {
      const undo = { method: 'PATCH', contentType: 'application/json' };
      $.ajax(`${handlers}/${encodeURIComponent(id)}`, {
        ...undo,
        data: JSON.stringify({ status: configuredStatus }),
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
