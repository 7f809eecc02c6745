import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowNode } from '../support/node-red.ts';
import { flowAnswers } from './answers-of-flows.ts';
import { receiverAnswers } from './answers-of-receivers.ts';
import { scriptAnswers } from './answers-of-scripts.ts';
import { handlerNode } from './handlers.ts';
import type { AnswerInput } from './inputs.ts';
import type { LoggedRow } from './site.ts';

/** What handlers answer; each row of the log must be as expected, bounded, and without the handler's secret. */
export const answerInputs: readonly AnswerInput[] = [...receiverAnswers, ...scriptAnswers, ...flowAnswers];

/** Bytes of a response; an error has a sentence of ours before it. */
const most = 64 * 1024;
const sentence = 1024;
const readsCalls =
  "require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => { const call = JSON.parse(line); const answer = (more) => console.log(JSON.stringify({ id: call.id, ok: true, ...more }));";
const key = `\${HOSTILE_SECRET}`;
const token = 'secret-canary-token';

/** The nodes of the handler that answers so. Its script, if it has one, is written to `folder`. */
export function answeringNodes(
  id: string,
  { expect, input }: AnswerInput,
  url: string,
  folder: string,
): FlowNode[] {
  const node = (properties: object): FlowNode => ({
    ...handlerNode(id, {}),
    // A limit, for answers that come: the receiver shares its process with all tests of its file.
    timeoutSeconds: expect === 'succeeded' ? 10 : 1,
    ...properties,
  });
  if (input.kind === 'http')
    return [
      node({
        url: `${url}/${id}`,
        headers: [{ name: 'x-key', value: key }],
        auth: 'bearer',
        credentials: { token },
      }),
    ];
  if (input.kind === 'flow') {
    const place = { z: 'tab', x: 100, y: 100 };
    return [
      node({ handlerType: 'flow' }),
      { id: `in_${id}`, type: 'provisioning-handler-in', handler: id, wires: [[`do_${id}`]], ...place },
      {
        id: `do_${id}`,
        type: 'function',
        func: input.code,
        outputs: 1,
        libs: [],
        wires: [['reply']],
        ...place,
      },
    ];
  }
  const start = '#!/usr/bin/env node\nconst KEY = process.env.KEY;\n';
  const source = input.kind === 'once' ? input.code : `${readsCalls}\n${input.code}\n});`;
  writeFileSync(join(folder, `${id}.cjs`), start + source, { mode: 0o755 });
  return [
    node({
      handlerType: 'local',
      command: `${id}.cjs`,
      mode: input.kind,
      environment: [{ name: 'KEY', value: key }],
      // Starting Node.js takes its time on a machine that is busy.
      timeoutSeconds: expect === 'failed' ? 3 : 10,
    }),
  ];
}

/** Ends the turns of the handlers that are flows. */
export const reply: FlowNode = {
  id: 'reply',
  type: 'provisioning-handler-reply',
  outcome: 'message',
  z: 'tab',
  x: 100,
  y: 100,
  wires: [],
};

/** How a row shows that an answer got through; null when it was held. */
export function throughAnswer(row: LoggedRow, { expect }: AnswerInput): string | null {
  const { status, response, error } = row;
  if (expect === 'settled' ? !/^(?:succeeded|failed)$/.test(status) : status !== expect)
    return `${status} instead of ${expect}: ${error}`;
  if (status === 'failed' && !error) return 'it failed without an error';
  if (Buffer.byteLength(response ?? '') > most)
    return `${Buffer.byteLength(response ?? '')} bytes of response`;
  if (Buffer.byteLength(error ?? '') > most + sentence)
    return `${Buffer.byteLength(error ?? '')} bytes of error`;
  if (/secret-c/.test(unescaped(JSON.stringify(row))))
    return `it tells the secret: ${JSON.stringify(row).slice(0, 200)}`;
  return null;
}

/** Numbers of characters, as JSON, HTML and URLs write them, are as good as the characters. */
function unescaped(text: string): string {
  return text.replace(/(?:\\+u|&#x|%)([0-9a-f]{4}|[0-9a-f]{2});?/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
