import type { EditorNode } from '../../editor/red.ts';
import { textsOf } from '../shared/texts.ts';

const text = textsOf('provisioning-event');
const known: Readonly<Record<number, string>> = { 0: 'unreachable', 401: 'unauthorized', 404: 'notDeployed' };

/** Has a deployed event node make an event of its type, and says what has become of it. */
export function fire({ id, name, eventType }: EditorNode): void {
  const label = RED.utils.sanitize(String(name || eventType));
  $.ajax(`provisioning/nodes/${encodeURIComponent(id)}/fire`, {
    type: 'POST',
    contentType: 'application/json',
    data: '{}',
  })
    .done(() => RED.notify(text('notify.fired', { label }), { type: 'success', id, timeout: 2000 }))
    .fail((response) => RED.notify($('<span>').text(problemOf(response)), 'error'));
}

function problemOf({ status, responseJSON }: JQuery.jqXHR): string {
  const reason = known[status];
  const said: string | undefined = reason ? undefined : responseJSON?.error?.message;
  return said ?? text(`notify.${reason ?? 'failed'}`, { status });
}
