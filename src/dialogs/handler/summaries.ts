import type { EditorNode } from '../../editor/red.ts';
import { areRetryDelays, handlerDefaults, hasBody } from '../../engine/words/handler-settings.ts';
import { fieldOf } from '../shared/fields.ts';
import type { Summaries } from '../shared/sections.ts';
import { textsOf } from '../shared/texts.ts';
import type { NamedValue } from './literal-secrets.ts';
import { spellDelay } from './retry-delays.ts';

/** What stands in the lists of the form. */
interface Listed {
  readonly condition: string;
  readonly headers: readonly NamedValue[];
  readonly args: readonly string[];
  readonly environment: readonly NamedValue[];
  readonly retryDelays: readonly number[] | string;
  readonly successRule: string;
  readonly responsePart: string;
}

const text = textsOf('provisioning-handler');
const namesOf = (values: readonly NamedValue[]): string => values.map(({ name }) => name).join(', ');

/** What each section of a handler's form holds, as it stands there now. */
export function summariesOf(node: EditorNode, listed: () => Listed): Summaries {
  const entered = (property: string) => fieldOf(node, property).val() ?? '';
  const chosen = (property: string) => {
    const its = RED.nodes.node(entered(property));
    return its ? `${text(`label.${property}`)}: ${RED.utils.getNodeLabel(its, its.id)}` : '';
  };
  return {
    request() {
      const [method = '', body = ''] = ['method', 'body'].map(entered);
      return [
        method === handlerDefaults.method ? '' : method,
        body === handlerDefaults.body || !hasBody(method) ? '' : text(`body.${body}`),
        namesOf(listed().headers) || text('summary.noHeaders'),
      ];
    },
    condition: () => [
      listed().condition.trim().replace(/\s+/g, ' ').slice(0, 60) || text('expression.always'),
    ],
    answer() {
      const { successRule, responsePart } = listed();
      return [
        text(successRule ? 'summary.byRule' : 'expression.any2xx'),
        responsePart ? text('summary.part') : '',
      ];
    },
    authentication: () => [text(`auth.${entered('auth') || 'none'}`)],
    signature() {
      if (!entered('signingSecret')) return [text('summary.unsigned')];
      return [text(entered('previousSigningSecret') ? 'summary.signedTwice' : 'summary.signed')];
    },
    connection() {
      const parts = ['tls', 'proxy'].map(chosen).filter(Boolean);
      return parts.length > 0 ? parts : [text('summary.plain')];
    },
    input() {
      const { args, environment } = listed();
      const parts = [args.join(' '), namesOf(environment)].filter(Boolean);
      return parts.length > 0 ? parts : [text('summary.noInput')];
    },
    failure() {
      const stops = entered('onFailure') === 'stop';
      return [stops ? text('summary.stop') : '', retriesIn(listed().retryDelays)];
    },
    limits() {
      const [seconds, number, rate] = ['timeoutSeconds', 'concurrency', 'ratePerSecond'].map(entered);
      return [
        text('summary.timeout', { seconds }),
        text('summary.parallel', { number }),
        Number(rate) === 0 ? '' : text('summary.rate', { rate }),
      ];
    },
  };
}

function retriesIn(delays: readonly number[] | string): string {
  if (!areRetryDelays(delays)) return '';
  const [first, ...others] = delays;
  if (first === undefined) return text('summary.noRetry');
  const delay = spellDelay(first);
  return others.length === 0
    ? text('summary.oneRetry', { delay })
    : text('summary.retries', { delay, number: delays.length });
}
