import { isIPv6 } from 'node:net';
import { getSystemErrorMessage } from 'node:util';
import { failure, type Outcome, outage } from '../../words/outcome.ts';
import type { Redaction } from '../redaction/redaction.ts';
import { AddressRefused } from './address-guard.ts';
import { DeadlinePassed, type Exchanged, UnreadableBody } from './exchange.ts';
import { FlawedAnswer } from './flawed-answer.ts';
import { listOf } from './head.ts';
import { ProxyRefused } from './tunnel.ts';
import type { Answer } from './wire.ts';

/** Whom a request went to. */
export interface Attempted {
  readonly url: URL;
  readonly isProxied: boolean;
  readonly timeoutSeconds: number;
}

const unknown = 'it may have received the request, and can tell a repetition by webhook-id';
const carriedOut = 'the call may have been carried out, and can be told from its repetition by webhook-id';

/** The outcome of an attempt that brought no whole answer. */
export function failedExchange(
  exchanged: Exchanged & { error: Error },
  attempted: Attempted,
  redaction: Redaction,
): Outcome {
  const { answer, interim, error } = exchanged;
  const { host } = attempted.url;
  if (error instanceof AddressRefused) return failure(error.message);
  if (error instanceof FlawedAnswer) {
    const shown = error.shownBy === null ? '' : ` ${quoted(error.shownBy, redaction)}`;
    return outage(`${host} answered ${error.message}${shown}${error.isUnheard ? '' : `; ${carriedOut}`}`);
  }
  if (answer !== null) return outage(`${incomplete(answer, error, attempted)}; ${carriedOut}`);
  const after = interim === null ? '' : ` after an interim answer (HTTP ${interim})`;
  if (error instanceof DeadlinePassed) {
    const missing = error.isSent ? `no answer from ${host}${after}` : `no connection to ${host}`;
    return outage(`${missing} within ${attempted.timeoutSeconds} s`);
  }
  if (error instanceof ProxyRefused) {
    return outage(`${host} could not be called through the proxy: it ${error.message}`);
  }
  const code = codeOf(error);
  if (code === 'UND_ERR_INVALID_ARG')
    return failure(`the request to ${host} can not be sent: ${error.message}`);
  if (closed.has(code)) {
    const what = after
      ? `${after}, before the final one; ${carriedOut}`
      : ` before it had answered; ${unknown}`;
    return outage(`${host} closed the connection${what}`);
  }
  return outage(`${host} ${whatHappened(code, error, attempted.url)}`);
}

/** Whether the connection was closed after the request had been sent, and before a byte of an answer came. */
export function isUnanswered({ answer, error }: Exchanged): boolean {
  return answer === null && error !== null && closed.has(codeOf(error));
}

/** The first line of a text, as much of it as fits into a sentence. */
function quoted(text: string, redaction: Redaction): string {
  const [line = ''] = text.trimStart().split(/[\r\n]/, 1);
  return `"${redaction.beginningOf(line.replace(/[\p{Cc}\ufffd]/gu, '·'), 60)}"`;
}

/** What is said of an answer that had begun. */
function incomplete(answer: Answer, error: Error, { url: { host }, timeoutSeconds }: Attempted): string {
  const status = answer.status === null ? 'something' : `HTTP ${answer.status}`;
  const came = `${cameOf(answer)} had come`;
  if (error instanceof DeadlinePassed) {
    return `no complete answer from ${host} within ${timeoutSeconds} s (${status}, ${came})`;
  }
  const code = codeOf(error);
  const how = code === 'ECONNRESET' ? 'reset' : 'closed';
  if (closed.has(code))
    return `${host} answered ${status}, but ${how} the connection before all of it (${came})`;
  if (error instanceof UnreadableBody) {
    return `${host} answered ${status} with chunks that can not be read: ${error.message} (${came})`;
  }
  return `${host} answered ${status}, but the rest of the answer could not be read: ${error.message || code} (${came})`;
}

function cameOf({ status, headers, body }: Answer): string {
  const { received } = body;
  const [length] = listOf(headers['content-length']);
  const isCounted = headers['transfer-encoding'] === undefined && Number(length) >= received;
  if (status === null || isCounted) return `${received}${isCounted ? ` of ${length}` : ''} bytes`;
  return received === 0 ? 'none of its body' : `${received} bytes of its body`;
}

/** Continues a sentence that begins with the host's name. */
function whatHappened(code: string, error: Error, url: URL): string {
  if (tlsCodes.test(code)) return `could not be reached over TLS (${code}): ${tlsAdvice(code, error)}`;
  if (code === 'ECONNREFUSED') {
    return `refused the connection${addressesOf(error, url)}: is the service running, and is the port right?`;
  }
  return sentences[code] ?? `could not be called: ${systemReasonOf(error) ?? (error.message || code)}`;
}

/** The connection ended before the answer did. */
const closed = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

const sentences: Readonly<Record<string, string>> = {
  ENOTFOUND: 'is not known to DNS: is the name in the URL right?',
  EAI_AGAIN: 'could not be looked up: DNS does not answer',
  EHOSTUNREACH: 'can not be reached: there is no route to it',
  ENETUNREACH: 'can not be reached: there is no route to it',
  ETIMEDOUT: 'did not take the connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not take the connection in time',
  UND_ERR_DESTROYED: 'was not called: the handler has been closed',
};

const tlsCodes =
  /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_)/;

function tlsAdvice(code: string, error: Error & { cert?: { subjectaltname?: string } }): string {
  const { cert, message } = error;
  if (/SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO|INVALID_CA/.test(code)) {
    return "if the certificate is right, add the CA that signed it to the handler's TLS configuration";
  }
  if (code === 'CERT_HAS_EXPIRED') return 'the certificate must be renewed';
  if (/ALTNAME|HOSTNAME/.test(code))
    return `the certificate is for another name (${cert?.subjectaltname ?? message})`;
  return 'check that the port speaks TLS, and the TLS configuration';
}

/** Where several addresses were tried, the errors of the connections are in one that has the first one's code. */
function codeOf(error: Error & { code?: unknown }): string {
  return typeof error.code === 'string' ? error.code : '';
}

/** Of a failed system call: its message would tell the address that the sentence begins with. */
function systemReasonOf(error: Error & { errno?: unknown }): string | undefined {
  return typeof error.errno === 'number'
    ? `${getSystemErrorMessage(error.errno)} (${codeOf(error)})`
    : undefined;
}

/** Of whom was really called where the URL does not say it, such as a name or by a proxy: ` (127.0.0.1:3128)`. */
function addressesOf(error: Error, url: URL): string {
  const errors: Partial<Record<'address' | 'port', unknown>>[] =
    error instanceof AggregateError ? error.errors : [error];
  const named = `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;
  const called = errors
    .filter(({ address }) => address !== undefined)
    .map(({ address, port }) => `${isIPv6(String(address)) ? `[${address}]` : address}:${port}`)
    .filter((address) => address !== named);
  return called.length > 0 ? ` (${called.join(', ')})` : '';
}
