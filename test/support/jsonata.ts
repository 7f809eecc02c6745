import { createRequire } from 'node:module';
import type { NodeAPI } from 'node-red';
import { expressionsOf } from '../../src/runtime/expressions.ts';

export const nodeRedUtil: NodeAPI['util'] = createRequire(createRequire(import.meta.url).resolve('node-red'))(
  '@node-red/util',
).util;

/** Node-RED's own JSONata, without a runtime. */
export const expressions = expressionsOf(nodeRedUtil);
