import { setImmediate } from 'node:timers/promises';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { Expressions } from '../engine/words/expression.ts';
import { boundEffort, notCompiled, notEvaluated, plainResult } from '../engine/words/jsonata-bounds.ts';

type Prepared = ReturnType<NodeAPI['util']['prepareJSONataExpression']>;
type Jsonata = Pick<NodeAPI['util'], 'prepareJSONataExpression' | 'evaluateJSONataExpression'>;

/** No node evaluates these, so there is no context of one: and what is sent must not depend on when it is made. */
const noContext = {
  context() {
    throw new Error('$flowContext and $globalContext are not known here');
  },
} as unknown as Node;

/**
 * The JSONata of Node-RED, with its own functions (`$env`, `$moment`), bounded as far as it can be; the event loop
 * goes on meanwhile.
 */
export function expressionsOf(jsonata: Jsonata): Expressions {
  return {
    compile(text) {
      const prepared = prepare(jsonata, text);
      return { evaluate: (value) => evaluated(jsonata, prepared, value) };
    },
  };
}

function prepare(jsonata: Jsonata, text: string): Prepared {
  let prepared: Prepared;
  try {
    prepared = jsonata.prepareJSONataExpression(text, noContext);
  } catch (error) {
    throw notCompiled(error);
  }
  boundEffort(prepared.assign.bind(prepared), () => setImmediate());
  // For Node-RED, an expression with the word "msg" is one of its first version, and sees all under that name.
  return Object.assign(prepared, { _legacyMode: false });
}

async function evaluated(jsonata: Jsonata, prepared: Prepared, value: unknown): Promise<unknown> {
  const result = await new Promise((resolve, reject) => {
    jsonata.evaluateJSONataExpression(prepared, value as NodeMessage, (error, given) =>
      error ? reject(notEvaluated(error)) : resolve(given),
    );
  });
  return plainResult(result);
}
