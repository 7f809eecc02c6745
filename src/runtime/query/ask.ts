import type { NodeAPI } from 'node-red';
import type { Engine } from '../../engine/engine.ts';
import { type Grant, grantOf, type OperationName } from '../../engine/words/operation.ts';
import { audited, type Change } from '../audit.ts';
import { HttpProblem } from '../http/problem.ts';
import { requireEngine } from '../node-home.ts';
import { operations } from '../operations/operations.ts';
import { provisioningOf } from '../provisioning.ts';
import type { QueryConfig } from './query-config.ts';
import { askedIn, namedIn, operationIn, type Question } from './question.ts';
import { Refusal } from './refusal.ts';

/** What a registry has answered. */
export interface Answered {
  readonly operation: OperationName;
  readonly engine: Engine;
  /** Not to be changed: it may be what others see too. */
  readonly answer: unknown;
}

/** The query node through which a message asks. */
interface Asker extends QueryConfig {
  readonly node: string;
  readonly registry: string;
}

/** Does what a message asks of a registry, if the query node may. @throws Refusal */
export async function ask(RED: NodeAPI, asker: Asker, question: Question): Promise<Answered> {
  let operation = asker.operation ?? null;
  try {
    operation ??= operationIn(question);
    const named = operation;
    const work = () => carryOut(RED, asker, named, question);
    if (grantOf(named) === null) return await work();
    const change = changeBy(asker, named, question);
    return await audited(RED.log, () => change, work);
  } catch (error) {
    throw new Refusal(operation, error);
  }
}

async function carryOut(
  RED: NodeAPI,
  { registry, grants }: Asker,
  operation: OperationName,
  question: Question,
): Promise<Answered> {
  const provisioning = provisioningOf(RED);
  requireGrant(RED, grantOf(operation), grants);
  const { id, parameters, by } = askedIn(operation, question);
  const engine = requireEngine(provisioning, registry);
  const answer = await operations[operation].run({ provisioning, engine, id, by }, parameters);
  return { operation, engine, answer };
}

function changeBy({ node, registry }: Asker, name: OperationName, question: Question): Change {
  const { about, by } = namedIn(name, question);
  return { name, about: { registry, ...about, node }, by, given: question.payload };
}

function requireGrant(RED: NodeAPI, grant: Grant | null, grants: readonly Grant[]): void {
  if (grant === null || grants.includes(grant)) return;
  const box = RED._(`provisioning-query.grant.${grant}`);
  throw new HttpProblem(403, 'forbidden', RED._('provisioning-query.error.notGranted', { box }));
}
