import { AddressRefused } from '../address-guard.ts';
import { failure } from '../outcome.ts';
import type { Outcome } from '../target.ts';
import { DeadlinePassed, type Phase } from './exchange.ts';

export interface Attempted {
  /** Whom the request went to, e.g. `crm.example:8443`. */
  readonly host: string;
  readonly timeoutSeconds: number;
}

/** The outcome of an attempt that brought no answer. */
export function noAnswer(error: Error, { host, timeoutSeconds }: Attempted): Outcome {
  if (error instanceof AddressRefused) return failure(error.message);
  if (error instanceof DeadlinePassed)
    return outage(`${lateness[error.phase](host)} within ${timeoutSeconds} s`);
  const code = codeOf(error);
  if (code === 'UND_ERR_INVALID_ARG' && !error.message.includes('407')) {
    return failure(`the request to ${host} can not be sent: ${error.message}`);
  }
  return outage(`${host} ${whatHappened(code, error)}`);
}

function outage(error: string): Outcome {
  return failure(error, { outage: true });
}

const lateness: Record<Phase, (host: string) => string> = {
  connecting: (host) => `no connection to ${host}`,
  waiting: (host) => `no answer from ${host}`,
  receiving: (host) => `no complete answer from ${host}`,
};

/** Whether the connection was closed after the request had been sent, and before it was answered. */
export function isUnanswered(error: Error): boolean {
  return sentences[codeOf(error)] === unanswered;
}

/** Continues a sentence that begins with the host's name. */
function whatHappened(code: string, error: Error): string {
  // A status that no HTTP knows trips up undici itself.
  if (code.startsWith('HPE_') || code === 'ERR_ASSERTION' || error.name === 'HTTPParserError') {
    return 'answered with something that is not HTTP: does the URL name the right port, and http or https?';
  }
  if (tlsCodes.test(code)) return `could not be reached over TLS (${code}): ${tlsAdvice(code, error)}`;
  return sentences[code]?.(error) ?? `could not be called: ${error.message || code}`;
}

const sentences: Record<string, (error: Error) => string> = {
  ECONNREFUSED: (error) =>
    `refused the connection${addressesOf(error)}: is the service running, and is the port right?`,
  ECONNRESET: unanswered,
  EPIPE: unanswered,
  UND_ERR_SOCKET: unanswered,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: unanswered,
  ENOTFOUND: () => 'is not known to DNS: is the name in the URL right?',
  EAI_AGAIN: () => 'could not be looked up: DNS does not answer',
  EHOSTUNREACH: () => 'can not be reached: there is no route to it',
  ENETUNREACH: () => 'can not be reached: there is no route to it',
  ETIMEDOUT: () => 'did not take the connection in time',
  UND_ERR_CONNECT_TIMEOUT: () => 'did not take the connection in time',
  UND_ERR_HEADERS_OVERFLOW: () => 'answered with more headers than are accepted (16 KiB)',
  UND_ERR_INVALID_ARG: () => 'could not be called: the proxy wants a user and a password (407)',
  UND_ERR_ABORTED: ({ message }) => `could not be called through the proxy: ${message}`,
  UND_ERR_DESTROYED: () => 'was not called: the handler has been closed',
};

function unanswered(): string {
  return 'closed the connection before it had answered; it may have received the request, and can tell a repetition by webhook-id';
}

const tlsCodes =
  /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_)/;

function tlsAdvice(code: string, { message }: Error): string {
  if (/SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO|INVALID_CA/.test(code)) {
    return "if the certificate is right, add the CA that signed it to the handler's TLS configuration";
  }
  if (code === 'CERT_HAS_EXPIRED') return 'the certificate must be renewed';
  if (/ALTNAME|HOSTNAME/.test(code)) return `the certificate is for another name (${message})`;
  return 'check that the port speaks TLS, and the TLS configuration';
}

/** Where several addresses were tried, the errors of the connections are in one that has the first one's code. */
function codeOf(error: Error & { code?: unknown }): string {
  return typeof error.code === 'string' ? error.code : '';
}

/** Of whom was really called, which may be a proxy: ` (127.0.0.1:3128)`. */
function addressesOf(error: Error): string {
  const errors: Partial<Record<'address' | 'port', unknown>>[] =
    error instanceof AggregateError ? error.errors : [error];
  const called = errors
    .filter(({ address }) => address !== undefined)
    .map(({ address, port }) => `${address}:${port}`);
  return called.length > 0 ? ` (${called.join(', ')})` : '';
}
