import { hasBody } from './handler-settings.ts';

/** What is sent to an HTTP target. `target` is `POST https://…`, as the log tells it. */
export interface SentRequest {
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What curl makes itself of the URL and the body. */
const ownHeaders = new Set(['content-length', 'connection', 'transfer-encoding']);
/** A terminal obeys these in what is pasted, quoted or not; the shell's words can't hold NUL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be pasted
const control = /[\u0000-\u0009\u000b-\u001f\u007f]/g;

/** A line for a POSIX shell that sends the same request; masked secrets stay masked. */
export function curlOf({ target, headers, body }: SentRequest): string {
  const [, method = 'POST', url = target] = /^([A-Z]+) (.*)$/s.exec(target) ?? [];
  const host = URL.parse(url)?.host;
  const isPiped = hasBody(method) && body.search(control) >= 0;
  const isOwn = (name: string, value: string) =>
    ownHeaders.has(name.toLowerCase()) || (name.toLowerCase() === 'host' && value === host);
  return [
    // Unless it is told not to, curl takes these for patterns.
    `${isPiped ? `printf ${escaped(body)} | ` : ''}curl ${/[[\]{}]/.test(url) ? '--globoff ' : ''}-X ${method} ${quoted(url)}`,
    ...Object.entries(headers)
      .filter(([name, value]) => !isOwn(name, value))
      // With nothing after the colon, curl leaves a header out.
      .map(([name, value]) => `-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`),
    ...(!hasBody(method) ? [] : isPiped ? ['--data-binary @-'] : [`--data-raw ${quoted(body)}`]),
  ].join(' \\\n  ');
}

function quoted(text: string): string {
  return text.search(control) < 0 ? inQuotes(text) : `"$(printf ${escaped(text)})"`;
}

/** The text as the format of `printf`, without characters that a terminal obeys. */
function escaped(text: string): string {
  const format = text
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')
    // Some take what begins with it for an option, and `--` for text.
    .replace(/^-/, '\\055')
    .replace(control, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return inQuotes(format);
}

function inQuotes(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
