import { hasBody } from './handler-settings.ts';

/** What is sent to an HTTP target. `target` is `POST https://…`, as the log tells it. */
export interface SentRequest {
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What curl makes itself of the URL and the body. */
const ownHeaders = new Set(['host', 'content-length', 'connection', 'transfer-encoding']);

/** A line for a POSIX shell that sends the same request; masked secrets stay masked. */
export function curlOf({ target, headers, body }: SentRequest): string {
  const [, method = 'POST', url = target] = /^([A-Z]+) (.*)$/s.exec(target) ?? [];
  return [
    // Unless it is told not to, curl takes these for patterns.
    `curl ${/[[\]{}]/.test(url) ? '--globoff ' : ''}-X ${method} ${quoted(url)}`,
    ...Object.entries(headers)
      .filter(([name]) => !ownHeaders.has(name.toLowerCase()))
      // With nothing after the colon, curl leaves a header out.
      .map(([name, value]) => `-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`),
    ...(hasBody(method) ? [`--data-raw ${quoted(body)}`] : []),
  ].join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
