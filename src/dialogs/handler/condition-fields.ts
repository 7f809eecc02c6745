import type { EditorNode } from '../../editor/red.ts';
import { check } from '../shared/check.ts';
import { expressionField, readExpression } from '../shared/expressions.ts';
import { fieldOf } from '../shared/fields.ts';
import { textsOf } from '../shared/texts.ts';
import { judgedBy, lastEvents, samplesOf, type Tried } from './condition-trial.ts';
import { conditionProblem } from './problems.ts';

const text = textsOf('provisioning-handler');
const part = (name: string): JQuery<HTMLInputElement> => $(`#provisioning-handler-${name}`);

/** Typing is not interrupted by it. */
const judgedAfterMs = 200;

const icons = { met: 'fa-check-circle', unmet: 'fa-minus-circle', failed: 'fa-warning' } as const;

/** Which events a handler is called for, and what that says of samples and of the last events. */
export function showCondition(node: EditorNode, listed: () => { readonly events: readonly string[] }): void {
  const field = part('condition');
  const results = part('tried');
  expressionField(field, String(node['condition'] ?? ''), text('expression.always'));
  check(field, () => conditionProblem(readExpression(field)));
  let tried: readonly Tried[] = [];
  let asked = 0;

  const judge = async (): Promise<void> => {
    const turn = ++asked;
    const rows = await Promise.all(tried.map((one) => shown(readExpression(field), one)));
    if (turn !== asked) return;
    results.empty().append(rows);
    RED.tray.resize();
  };
  let timer = 0;
  field.closest('details').on('input change keyup', () => {
    if (tried.length === 0) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => void judge(), judgedAfterMs);
  });
  part('try').on('click', async () => {
    const registry = String(fieldOf(node, 'registry').val());
    const { events } = listed();
    const { tried: last, status } = await lastEvents(registry, events);
    part('try-note').text(status === null ? '' : text('condition.noEvents', { status }));
    tried = [...samplesOf(registry, events), ...last];
    await judge();
  });
}

/** What stands in the field of the condition. */
export function readCondition(): { readonly condition: string } {
  return { condition: readExpression(part('condition')) };
}

async function shown(condition: string, { envelope, at }: Tried): Promise<JQuery> {
  const { outcome, why } = await judgedBy(condition, envelope);
  const { events_id: eventType, object_id: objectId } = envelope.event;
  const when = at === null ? text('condition.sample') : new Date(at).toLocaleString();
  return $('<li class="provisioning-row">').append(
    $('<i aria-hidden="true">').addClass(`fa ${icons[outcome]}`),
    $('<b>').text(text(`condition.${outcome}`)),
    $('<span>').text(`${eventType} · ${objectId}`),
    // Why it fails may be long, and is what one wants to read.
    $('<span class="provisioning-title">')
      .css('white-space', 'normal')
      .text(why ? `${when} · ${why}` : when),
  );
}
