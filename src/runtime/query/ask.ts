import type { NodeAPI } from 'node-red';
import type { Engine } from '../../engine/engine.ts';
import { type Grant, grantOf, type OperationName } from '../../engine/words/operation.ts';
import { HttpProblem } from '../http/problem.ts';
import { requireEngine } from '../node-home.ts';
import { operations } from '../operations/operations.ts';
import { provisioningOf } from '../provisioning.ts';
import type { QueryConfig } from './query-config.ts';
import { askedIn, operationIn, type Question } from './question.ts';
import { Refusal } from './refusal.ts';

/** What a registry has answered. */
export interface Answered {
  readonly operation: OperationName;
  readonly engine: Engine;
  /** Not to be changed: it may be what others see too. */
  readonly answer: unknown;
}

/** Does what a message asks of a registry, if the query node may. @throws Refusal */
export async function ask(
  RED: NodeAPI,
  registry: string,
  config: QueryConfig,
  question: Question,
): Promise<Answered> {
  const provisioning = provisioningOf(RED);
  let operation = config.operation ?? null;
  try {
    operation ??= operationIn(question);
    requireGrant(RED, grantOf(operation), config.grants);
    const { id, parameters, by } = askedIn(operation, question);
    const engine = requireEngine(provisioning, registry);
    const answer = await operations[operation].run({ provisioning, engine, id, by }, parameters);
    return { operation, engine, answer };
  } catch (error) {
    throw new Refusal(operation, error);
  }
}

function requireGrant(RED: NodeAPI, grant: Grant | null, grants: readonly Grant[]): void {
  if (grant === null || grants.includes(grant)) return;
  const box = RED._(`provisioning-query.grant.${grant}`);
  throw new HttpProblem(403, 'forbidden', RED._('provisioning-query.error.notGranted', { box }));
}
