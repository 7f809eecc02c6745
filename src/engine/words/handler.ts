import { z } from 'zod';
import { isHost, reservedHeader } from '../targets/http/reserved-headers.ts';
import { isSigningSecret, signingSecretRemedy } from '../targets/signing-secret.ts';
import { eventTypeSchema } from './event.ts';

/** Numbers may come as numeric strings: the editor and `${NAME}` give those. */
export const numeric = (schema: z.ZodType<number>) =>
  z.preprocess((value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value), schema);
export const integer = (min: number, max: number) =>
  numeric(
    z
      .int({ error: `must be a whole number from ${min} to ${max}` })
      .min(min, `must be ${min} at least`)
      .max(max, `must be ${max} at most`),
  );
const number = (min: number, max: number) =>
  numeric(
    z
      .number({ error: `must be a number from ${min} to ${max}` })
      .min(min, `must be ${min} at least`)
      .max(max, `must be ${max} at most`),
  );

/** Node ids name folders, files and webhook ids. */
export const nodeIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 _ and -');

/** `clients.create`, `clients.*` (every type under `clients.`) or `*` (all). */
export const eventPatternSchema = z.union(
  [z.literal('*'), eventTypeSchema, z.string().regex(/^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*\.\*$/)],
  { error: 'must be an event type such as "clients.create", "clients.*" or "*"' },
);

/** A name and its value: an HTTP header or an environment variable. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
  /** The value came from `${NAME}`: it is redacted wherever it is stored or shown. */
  readonly secret: boolean;
}

const headerSchema = z.object({
  name: z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be a header name (RFC 9110 token)'),
  value: z
    .string()
    .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be Latin-1, without line breaks or control characters'),
  secret: z.boolean().default(false),
});
const variableSchema = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and underscores, not beginning with a digit'),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL ends the value for the operating system
  value: z.string().regex(/^[^\x00]*$/, 'must not hold a NUL character'),
  secret: z.boolean().default(false),
});

export const handlerStatusSchema = z.enum(['enabled', 'held', 'disabled', 'archived'], {
  error: 'must be "enabled", "held", "disabled" or "archived"',
});
export type HandlerStatus = z.infer<typeof handlerStatusSchema>;

/** Which failures are retried: those that may pass by themselves, or every one. */
export const retryOnSchema = z.enum(['transient', 'any'], { error: 'must be "transient" or "any"' });
export type RetryOn = z.infer<typeof retryOnSchema>;

const common = {
  id: nodeIdSchema,
  name: z.string().default(''),
  events: z.array(eventPatternSchema, { error: 'must be a list of event types' }).default([]),
  handlerStatus: handlerStatusSchema.default('enabled'),
  priority: integer(0, 1_000_000).default(10),
  timeoutSeconds: number(0.001, 86_400).default(15),
  onFailure: z.enum(['continue', 'stop'], { error: 'must be "continue" or "stop"' }).default('continue'),
  retryDelays: z
    .array(number(0, 2_592_000), { error: 'must be a list of seconds' })
    .max(100, 'must have 100 delays at most')
    .default([5, 300, 1800, 7200, 18_000, 36_000, 36_000]),
  retryOn: retryOnSchema.default('transient'),
  concurrency: integer(1, 1024).default(16),
  ratePerSecond: number(0, 1_000_000).default(0),
};

const httpUrlSchema = z
  .string({ error: 'is missing: the URL to call by POST' })
  .refine(
    (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol),
    'must be an absolute URL that begins with http:// or https://',
  )
  .refine(
    (url) => !URL.canParse(url) || hasReadableUser(new URL(url)),
    'must have % written as %25 in its user and password',
  );

/** Whether the user and password of a URL can be decoded. */
export function hasReadableUser({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

const authSchema = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('none') }),
    z.object({ type: z.literal('basic'), user: z.string(), password: z.string() }),
    z.object({ type: z.literal('bearer'), token: z.string().min(1, 'is missing: enter the token') }),
  ],
  { error: 'must be "none", "basic" or "bearer"' },
);

/** TLS as Node.js' `tls.connect` takes it; text is PEM, `pfx` the bytes of a PKCS #12 file. */
const tlsSchema = z.object({
  ca: z.string().optional(),
  cert: z.string().optional(),
  key: z.string().optional(),
  pfx: z.instanceof(Uint8Array).optional(),
  passphrase: z.string().optional(),
  servername: z.string().optional(),
  rejectUnauthorized: z.boolean().default(true),
});

/** Values, and parts of values, that came from `${NAME}`: redacted wherever they would be stored or shown. */
const secretsSchema = z.array(z.string()).default([]);

const signingSecretSchema = z.string().trim().refine(isSigningSecret, signingSecretRemedy);

const httpFields = z.object({
  ...common,
  handlerType: z.literal('http'),
  url: httpUrlSchema,
  headers: z.array(headerSchema).default([]),
  auth: authSchema.default({ type: 'none' }),
  tls: tlsSchema.optional(),
  secrets: secretsSchema,
  proxy: z.object({ url: z.string(), noProxy: z.array(z.string()).default([]) }).optional(),
  signingSecret: signingSecretSchema.optional(),
  previousSigningSecret: signingSecretSchema.optional(),
});

/** Headers that the handler, its sign-in or HTTP itself sets are refused: they would not be sent as they stand. */
const httpSchema = httpFields.superRefine(({ headers, auth, url }, context) => {
  const signsIn = auth.type !== 'none' || hasUser(url);
  let hosts = 0;
  for (const [index, { name, value }] of headers.entries()) {
    const refuse = (property: 'name' | 'value', message: string) =>
      context.addIssue({ code: 'custom', path: ['headers', index, property], message });
    const reason = reservedHeader(name);
    if (reason) refuse('name', `"${name}" ${reason}`);
    if (/^authorization$/i.test(name) && signsIn) {
      refuse('name', `"${name}" is set by the sign-in of the handler: remove it, or sign in with "none"`);
    }
    if (!/^host$/i.test(name)) continue;
    if (++hosts > 1) refuse('name', `"${name}" stands there twice: remove one of them`);
    else if (!isHost(value)) refuse('value', 'must be a host such as "sip.example" or "sip.example:8080"');
  }
});

function hasUser(url: string): boolean {
  const { username, password } = URL.parse(url) ?? { username: '', password: '' };
  return username !== '' || password !== '';
}

const localSchema = z.object({
  ...common,
  handlerType: z.literal('local'),
  command: z.string({ error: 'is missing: the script to run' }).min(1, 'is missing: the script to run'),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL ends the argument for the operating system
  args: z.array(z.string().regex(/^[^\x00]*$/, 'must not hold a NUL character')).default([]),
  environment: z.array(variableSchema).default([]),
  secrets: secretsSchema,
  mode: z.enum(['once', 'resident'], { error: 'must be "once" or "resident"' }).default('once'),
});

const flowSchema = z.object({ ...common, handlerType: z.literal('flow') });

/** A handler as the engine knows it: references, credentials and `${NAME}` are resolved. */
export const handlerSchema = z.discriminatedUnion('handlerType', [httpSchema, localSchema, flowSchema], {
  error: 'must be "http", "local" or "flow"',
});
export type Handler = z.infer<typeof handlerSchema>;
export type HttpHandler = z.infer<typeof httpSchema>;
export type LocalHandler = z.infer<typeof localSchema>;
export type FlowHandler = z.infer<typeof flowSchema>;

/** What is asked of a handler to find its place in chains and its turn, whoever it calls. */
export type ListedHandler = z.infer<typeof listedSchema>;
const listedSchema = z.object({ ...common, handlerType: z.enum(['http', 'local', 'flow']) });

/**
 * A handler that is deployed, but that can not be called: a setting or a credential of it is wrong. It belongs to the
 * chains of its events all the same, and waits there until it is mended.
 */
export interface RefusedHandler extends ListedHandler {
  /** What is wrong, and what to do. */
  readonly problem: string;
}

const readable = <T extends z.ZodType>(schema: T, otherwise: z.output<T>) => schema.catch(otherwise as never);

const refusedSchema = z.object({
  id: nodeIdSchema,
  name: readable(common.name, ''),
  events: z
    .array(z.unknown())
    .catch([])
    .transform((patterns) => patterns.flatMap((one) => eventPatternSchema.safeParse(one).data ?? [])),
  handlerStatus: readable(common.handlerStatus, 'enabled'),
  priority: readable(common.priority, 10),
  handlerType: readable(listedSchema.shape.handlerType, 'http'),
  timeoutSeconds: readable(common.timeoutSeconds, 15),
  onFailure: readable(common.onFailure, 'continue'),
  retryDelays: readable(common.retryDelays, []),
  retryOn: readable(common.retryOn, 'transient'),
  concurrency: readable(common.concurrency, 16),
  ratePerSecond: readable(common.ratePerSecond, 0),
});

/**
 * What can be read of a handler that is refused; the rest is as if it was absent.
 * @returns undefined when not even its id can be
 */
export function refusedHandler(saved: unknown, problem: string): RefusedHandler | undefined {
  const { data } = refusedSchema.safeParse(saved);
  return data && { ...data, problem };
}

/** What is fixed of a handler when an event is taken. */
export interface HandlerSnapshot {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly type: Handler['handlerType'];
  readonly priority: number;
}

/** Whether a handler that listens to `pattern` is called for events of `eventType`. */
export function listensTo(pattern: string, eventType: string): boolean {
  if (pattern === '*' || pattern === eventType) return true;
  return pattern.endsWith('.*') && eventType.startsWith(pattern.slice(0, -1));
}

/** Chain order: lower priority first; ties by name, then node id. */
export function inChainOrder(a: ListedHandler, b: ListedHandler): number {
  return a.priority - b.priority || compareText(a.name, b.name) || compareText(a.id, b.id);
}

// By code units, not by locale: the order of a chain must not depend on the machine's language.
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
