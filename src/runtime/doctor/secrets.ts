import type { Sign } from '../../engine/words/diagnosis.ts';
import { handlerCredentials } from '../handler-config.ts';
import { type Reference, referencesIn } from '../references.ts';
import { aboutHandler, type HandlerFacts } from './handler-facts.ts';
import { signOf } from './sign.ts';

/** A handler's references: what the flow file has of it, and what its names stand for now. */
export interface ReferenceFacts {
  readonly facts: HandlerFacts;
  readonly written: Readonly<Record<string, unknown>>;
  /** As they are kept, where `${NAME}` still stands. */
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly resolve: (name: string) => unknown;
}

/**
 * Whether what handlers refer to holds anything: a name that nothing has keeps a handler out of force, but one that is
 * set to nothing goes unnoticed. Tells names only.
 */
export function checkSecrets(all: readonly ReferenceFacts[]): Sign[] {
  let references = 0;
  const empty = all.flatMap((one) => {
    const found = referencesOf(one);
    references += found.length;
    return found
      .filter(({ name }) => isEmpty(one.resolve(name)))
      .map((reference) => signOfEmpty(one, reference));
  });
  if (references === 0 || empty.length > 0) return empty;
  return [signOf('ok', 'secrets', 'set', { values: { count: references } })];
}

function signOfEmpty({ facts }: ReferenceFacts, { field, name }: Reference): Sign {
  // Without it, calls go out as if nobody had asked for it to be there.
  const isCredential = field in handlerCredentials;
  const level = isCredential && facts.isInUse ? 'error' : 'warning';
  return signOf(level, 'secrets', 'empty', {
    ...aboutHandler(facts),
    subject: name,
    values: { name, field },
  });
}

function referencesOf({ facts: { config }, written, credentials }: ReferenceFacts): Reference[] {
  if (config.handlerType === 'flow') return [];
  if (config.handlerType === 'local') {
    const { command, args } = written;
    return [
      ...referencesIn(command, 'command'),
      ...listOf(args).flatMap((value, at) => referencesIn(value, `args[${at}]`)),
      ...named('environment', written),
    ];
  }
  // What another way to sign in would need is not in use.
  const signsIn = { basic: ['user', 'password'], bearer: ['token'] }[String(written['auth'])] ?? [];
  return [
    ...referencesIn(written['url'], 'url'),
    ...named('headers', written),
    ...[...signsIn, 'signingSecret', 'previousSigningSecret'].flatMap((field) =>
      referencesIn(credentials[field], field),
    ),
  ];
}

function named(field: 'headers' | 'environment', written: ReferenceFacts['written']): Reference[] {
  return listOf(written[field]).flatMap((entry, at) =>
    referencesIn((entry as { value?: unknown } | null)?.value, `${field}[${at}]`, true),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}
