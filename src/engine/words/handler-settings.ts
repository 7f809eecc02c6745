import { type Bounds, isWithin } from './bounds.ts';

export const handlerStatuses = ['enabled', 'held', 'disabled', 'archived'] as const;
export type HandlerStatus = (typeof handlerStatuses)[number];

export const handlerTypes = ['http', 'local', 'flow'] as const;
export type HandlerType = (typeof handlerTypes)[number];

/** How a handler signs in to its endpoint. */
export const authTypes = ['none', 'basic', 'bearer'] as const;

/** Whether the chain goes on when the handler has failed for good. */
export const onFailures = ['continue', 'stop'] as const;

/** Which failures are retried: those that may pass by themselves, or every one. */
export const retriedFailures = ['transient', 'any'] as const;
export type RetryOn = (typeof retriedFailures)[number];

/** How an HTTP handler calls. */
export const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const;
export type Method = (typeof methods)[number];

/** What an HTTP handler sends: the event as it is, its data, what an expression makes of it, or a form. */
export const bodies = ['envelope', 'data', 'jsonata', 'form'] as const;
export type BodyKind = (typeof bodies)[number];

/** Properties of an HTTP handler that are JSONata. */
export const httpExpressions = ['bodyExpression', 'successRule', 'responsePart'] as const;
export type HttpExpression = (typeof httpExpressions)[number];

/** Whether a request of this method has a body. */
export function hasBody(method: string): boolean {
  return method !== 'GET';
}

/** Whether a body can only be made by an expression. */
export function needsExpression(body: BodyKind): boolean {
  return body === 'jsonata';
}

/** Whether a body may be made by an expression. */
export function takesExpression(body: BodyKind): boolean {
  return body === 'jsonata' || body === 'form';
}

/** Whether a script is started for each call, or once for many. */
export const scriptModes = ['once', 'resident'] as const;

/** What an absent property of a handler means; delays and the timeout are in seconds. */
export const handlerDefaults = {
  name: '',
  handlerStatus: 'enabled',
  priority: 10,
  handlerType: 'http',
  timeoutSeconds: 15,
  onFailure: 'continue',
  condition: '',
  conditionRow: true,
  retryDelays: [5, 300, 1800, 7200, 18_000, 36_000, 36_000],
  retryOn: 'transient',
  concurrency: 16,
  ratePerSecond: 0,
  auth: 'none',
  method: 'POST',
  body: 'envelope',
  bodyExpression: '',
  successRule: '',
  responsePart: '',
  mode: 'once',
} as const;

export const handlerBounds = {
  priority: { min: 0, max: 1_000_000, whole: true },
  timeoutSeconds: { min: 0.001, max: 86_400 },
  retryDelay: { min: 0, max: 2_592_000 },
  concurrency: { min: 1, max: 1024, whole: true },
  ratePerSecond: { min: 0, max: 1_000_000 },
} as const satisfies Record<string, Bounds>;

export const mostRetries = 100;

/** Whether these are delays in seconds that a handler's calls can be retried after. */
export function areRetryDelays(delays: unknown): delays is readonly number[] {
  return (
    Array.isArray(delays) &&
    delays.length <= mostRetries &&
    delays.every((delay) => isWithin(delay, handlerBounds.retryDelay))
  );
}

/** Whether a script can be given an environment variable of this name. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

interface Ordered {
  readonly id: string;
  readonly name: string;
  readonly priority: number;
}

/** Chain order: lower priority first; ties by name, then node id. */
export function inChainOrder(a: Ordered, b: Ordered): number {
  return a.priority - b.priority || compareText(a.name, b.name) || compareText(a.id, b.id);
}

// By code units, not by locale: the order of a chain must not depend on the machine's language.
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
