import assert from 'node:assert/strict';
import {
  parseEventFilter,
  parseEventQuery,
  parseExecutionFilter,
  parseExecutionQuery,
} from '../../../src/engine/store/log/filter.ts';
import { parseEnvelope } from '../../../src/engine/words/event.ts';
import { handlerSchema } from '../../../src/engine/words/handler.ts';
import { parse } from '../../../src/engine/words/parse.ts';
import { issuesOf } from '../../support/invalid.ts';
import { misleading } from '../../support/misleading.ts';
import { envelope } from '../../support/provisioning-flow.ts';

const handler = (type: string) => (value: object) =>
  parse('handler', handlerSchema, {
    id: 'h1',
    handlerType: type,
    url: 'http://a.example',
    command: 'a.sh',
    ...value,
  });
const takers: Record<string, [take: (value: object) => unknown, fields: string[]]> = {
  'a filter of executions': [
    parseExecutionFilter,
    ['ids', 'eventType', 'handler', 'status', 'objectId', 'eventId', 'text', 'code', 'kind', 'from'],
  ],
  'a query of executions': [parseExecutionQuery, ['text', 'limit', 'cursor']],
  'a filter of events': [parseEventFilter, ['ids', 'status', 'eventType', 'objectId', 'to']],
  'a query of events': [parseEventQuery, ['ids', 'cursor']],
  'an event': [
    (value) => parseEnvelope({ event: { ...envelope(1).event, ...value }, data: {} }),
    ['dt', 'events_id', 'object_id'],
  ],
  'an HTTP handler': [handler('http'), ['url', 'events', 'retryDelays', 'headers', 'priority']],
  'a local handler': [handler('local'), ['name', 'command', 'args', 'environment']],
};

describe('something else in the place of a text or a list', () => {
  for (const [what, [take, fields]] of Object.entries(takers))
    it(`is refused by ${what}, with its field and one reason`, () => {
      for (const field of fields)
        for (const value of misleading) {
          const issues = issuesOf(() => take({ [field]: value }));
          const named = Object.keys(issues).filter((name) => name.endsWith(field));
          assert.equal(named.length, 1, `${field}: ${JSON.stringify(issues)}`);
          assert.doesNotMatch(issues[named[0] ?? ''] ?? '', /at most/);
        }
    });
});
