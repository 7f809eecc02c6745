import { z } from 'zod';
import { within } from './bounds.ts';
import { isEventPattern } from './event-type.ts';
import {
  bodies,
  handlerBounds,
  handlerDefaults,
  handlerStatuses,
  handlerTypes,
  hasBody,
  isVariableName,
  methods,
  mostRetries,
  needsExpression,
  onFailures,
  retriedFailures,
  scriptModes,
} from './handler-settings.ts';
import { type HeaderSetter, isHeaderName, isHeaderValue, isHost, setterOf } from './headers.ts';
import { hasReadableUser, hasUser, isHttpUrl } from './http-url.ts';
import { notEmpty, upTo } from './lengths.ts';
import { hasPlaceholder } from './placeholders.ts';
import { isSigningSecret, signingSecretRemedy } from './signing-secret.ts';
import { misplacedIn } from './url-template.ts';

/** Node ids name folders, files and webhook ids. */
export const nodeIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 _ and -');

const eventPatternRemedy = 'must be an event type such as "clients.create", "clients.*" or "*"';
/** `clients.create`, `clients.*` (every type under `clients.`) or `*` (all). */
export const eventPatternSchema = z
  .string({ error: eventPatternRemedy })
  .refine(isEventPattern, eventPatternRemedy);

/** A name and its value: an HTTP header or an environment variable. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
  /** The value came from `${NAME}`: it is redacted wherever it is stored or shown. */
  readonly secret: boolean;
}

const headerSchema = z.object({
  name: z.string().refine(isHeaderName, 'must be a header name (RFC 9110 token)'),
  value: z.string().refine(isHeaderValue, 'must be Latin-1, without line breaks or control characters'),
  secret: z.boolean().default(false),
});
const variableSchema = z.object({
  name: z
    .string()
    .refine(isVariableName, 'must be letters, digits and underscores, not beginning with a digit'),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL ends the value for the operating system
  value: z.string().regex(/^[^\x00]*$/, 'must not hold a NUL character'),
  secret: z.boolean().default(false),
});

export const handlerStatusSchema = z.enum(handlerStatuses);

const common = {
  id: nodeIdSchema,
  name: z.string().default(handlerDefaults.name),
  events: z.array(eventPatternSchema, { error: 'must be a list of event types' }).default([]),
  handlerStatus: handlerStatusSchema.default(handlerDefaults.handlerStatus),
  priority: within(handlerBounds.priority).default(handlerDefaults.priority),
  timeoutSeconds: within(handlerBounds.timeoutSeconds).default(handlerDefaults.timeoutSeconds),
  onFailure: z.enum(onFailures).default(handlerDefaults.onFailure),
  /** JSONata on the envelope: events that it does not hold for pass the handler by. Empty: it is called for all. */
  condition: z.string({ error: 'must be a text in JSONata' }).default(handlerDefaults.condition),
  /** Whether what passes it by leaves a row in the log. */
  conditionRow: z.boolean({ error: 'must be true or false' }).default(handlerDefaults.conditionRow),
  retryDelays: z
    .array(within(handlerBounds.retryDelay), { error: 'must be a list of seconds' })
    .refine(upTo(mostRetries), `must have ${mostRetries} delays at most`)
    .default([...handlerDefaults.retryDelays]),
  retryOn: z.enum(retriedFailures).default(handlerDefaults.retryOn),
  concurrency: within(handlerBounds.concurrency).default(handlerDefaults.concurrency),
  ratePerSecond: within(handlerBounds.ratePerSecond).default(handlerDefaults.ratePerSecond),
};

const httpUrlSchema = z
  .string({ error: 'is missing: the URL to call' })
  .refine((url) => misplacedIn(url).length === 0, {
    abort: true,
    error: ({ input }) =>
      `must hold {${misplacedIn(String(input)).join('}, {')}} in a segment of its path or in a value of its query only: an event fills in nothing else`,
  })
  .refine(
    isHttpUrl,
    'must be a URL that begins with http:// or https://, or a path of this Node-RED that begins with /',
  )
  .refine(
    (url) => !URL.canParse(url) || hasReadableUser(new URL(url)),
    'must have % written as %25 in its user and password',
  );

const authSchema = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('none') }),
    // Some services know their users by the password alone.
    z
      .object({ type: z.literal('basic'), user: z.string(), password: z.string() })
      .refine(({ user, password }) => user !== '' || password !== '', {
        path: ['user'],
        error: 'is missing: enter the user name',
      }),
    z.object({
      type: z.literal('bearer'),
      token: z.string().refine(notEmpty, 'is missing: enter the token'),
    }),
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
  method: z.enum(methods).default(handlerDefaults.method),
  url: httpUrlSchema,
  /** Of a URL that was given as a path of this Node-RED, what stands before that path: '' or such as `/red`. */
  ownRoot: z.string().optional(),
  body: z.enum(bodies).default(handlerDefaults.body),
  bodyExpression: z.string().default(handlerDefaults.bodyExpression),
  successRule: z.string().default(handlerDefaults.successRule),
  responsePart: z.string().default(handlerDefaults.responsePart),
  headers: z.array(headerSchema).default([]),
  auth: authSchema.default({ type: handlerDefaults.auth }),
  tls: tlsSchema.optional(),
  secrets: secretsSchema,
  proxy: z.object({ url: z.string(), noProxy: z.array(z.string()).default([]) }).optional(),
  signingSecret: signingSecretSchema.optional(),
  previousSigningSecret: signingSecretSchema.optional(),
});

const setBy: Readonly<Record<HeaderSetter, string>> = {
  handler: 'is set by the handler itself, on every call: remove it',
  http: 'belongs to the connection, and is set by HTTP itself: remove it',
  proxy: 'is sent with the user and password of the proxy node: enter them there',
  signIn: 'is set by the sign-in of the handler: remove it, or sign in with "none"',
};

/** Headers that the handler, its sign-in or HTTP itself sets are refused: they would not be sent as they stand. */
const httpSchema = httpFields.superRefine((handler, context) => {
  const { headers, auth, url, method, body, bodyExpression } = handler;
  if (hasBody(method) && needsExpression(body) && bodyExpression.trim() === '') {
    const message = 'is missing: the JSONata that makes the body';
    context.addIssue({ code: 'custom', path: ['bodyExpression'], message });
  }
  const signsIn = auth.type !== 'none' || hasUser(url);
  let hosts = 0;
  for (const [index, { name, value }] of headers.entries()) {
    const refuse = (property: 'name' | 'value', message: string) =>
      context.addIssue({ code: 'custom', path: ['headers', index, property], message });
    const setter = setterOf(name, signsIn);
    if (setter) refuse('name', `"${name}" ${setBy[setter]}`);
    if (!/^host$/i.test(name)) continue;
    if (hasPlaceholder(value))
      refuse('value', 'must hold no placeholder: an event does not say whom to call');
    if (++hosts > 1) refuse('name', `"${name}" stands there twice: remove one of them`);
    else if (!isHost(value)) refuse('value', 'must be a host such as "sip.example" or "sip.example:8080"');
  }
});

const localSchema = z.object({
  ...common,
  handlerType: z.literal('local'),
  command: z
    .string({ error: 'is missing: the script to run' })
    .refine(notEmpty, 'is missing: the script to run'),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL ends the argument for the operating system
  args: z.array(z.string().regex(/^[^\x00]*$/, 'must not hold a NUL character')).default([]),
  environment: z.array(variableSchema).default([]),
  secrets: secretsSchema,
  mode: z.enum(scriptModes).default(handlerDefaults.mode),
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
const listedSchema = z.object({
  ...common,
  handlerType: z.enum(handlerTypes).default(handlerDefaults.handlerType),
});
/** The properties that every handler has. */
export const listedProperties = Object.keys(listedSchema.shape);

/**
 * A handler that is deployed, but that can not be called: a setting or a credential of it is wrong. It belongs to the
 * chains of its events all the same, and waits there until it is mended.
 */
export interface RefusedHandler extends ListedHandler {
  /** What is wrong, and what to do. */
  readonly problem: string;
}

/**
 * What can be read of a handler that is refused; the rest is as if it was absent.
 * @returns undefined when not even its id can be
 */
export function refusedHandler(saved: object, problem: string): RefusedHandler | undefined {
  const schemas: Readonly<Record<string, z.ZodType>> = listedSchema.shape;
  const readable = Object.entries(saved).flatMap(([property, value]): [string, unknown][] => {
    if (property === 'events' && Array.isArray(value))
      return [[property, value.filter((pattern) => eventPatternSchema.safeParse(pattern).success)]];
    return schemas[property]?.safeParse(value).success ? [[property, value]] : [];
  });
  const { data } = listedSchema.safeParse(Object.fromEntries(readable));
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
