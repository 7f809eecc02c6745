import type { HttpHandler, NamedValue } from '../../words/handler.ts';
import { decoded, passwordsIn } from '../../words/http-url.ts';
import { piecesOf } from '../../words/placeholders.ts';
import { type UrlTemplate, urlTemplateOf } from '../../words/url-template.ts';
import { basicOf } from './basic.ts';
import { authorizationOf, isSecret, signingSecretsOf } from './request-headers.ts';

/** What must not show up in a log of this handler's attempts. */
export function secretsOf(handler: HttpHandler): string[] {
  const { auth, headers, url, proxy, secrets } = handler;
  const authorizations = [
    authorizationOf(handler),
    proxy ? basicOf(new URL(proxy.url)) : null,
    ...headers.map(({ name, value }) => (/^authorization$/i.test(name) ? value : null)),
  ];
  return [
    // A user without a password is what other services call a key.
    ...(auth.type === 'basic' ? [auth.password || auth.user] : []),
    // What comes after the scheme: RFC 9110 §11.4.
    ...authorizations.flatMap((value) => value?.replace(/^\s*\S+\s+/, '') ?? []),
    ...[url, ...(proxy ? [proxy.url] : [])].map(secretOfUser),
    ...[url, ...headers.map(({ value }) => value)].flatMap(passwordsIn),
    ...headers.filter(({ name, secret }) => secret || isSecret(name)).flatMap(literalsOf),
    ...signingSecretsOf(handler),
    // Its origin is shown: people must be able to tell whom a handler calls.
    ...secrets.filter((secret) => secret !== url),
    ...(isUrlSecret(handler) ? secretsOfUrl(urlTemplateOf(url)) : []),
  ];
}

/** What of a header's value stands in the settings; what comes of the event is redacted call by call. */
function literalsOf({ value }: NamedValue): string[] {
  return piecesOf(value).flatMap((piece) => ('literal' in piece ? piece.literal : []));
}

function secretOfUser(address: string): string {
  const { username, password } = new URL(address);
  return decodeURIComponent(password || username);
}

/** A path of a handler's URL, and its query, as people see them; nothing of it when the URL came from `${NAME}`. */
export function shownPath(handler: HttpHandler, path: string): string {
  const [pathname = '', query = ''] = path.split(/\?(.*)/s, 2);
  return isUrlSecret(handler) ? '/…' : `${pathname}${query && '?…'}`;
}

function isUrlSecret({ secrets, url }: HttpHandler): boolean {
  return secrets.includes(url);
}

/** A short word in a URL, such as `hooks`, hides nothing by itself, and is in many a response. */
const word = /^[a-z]{0,7}$/;

function secretsOfUrl({ url, literals }: UrlTemplate): string[] {
  const { pathname, search, searchParams, username, password } = url;
  const parts = [...pathname.split('/'), ...searchParams.values()]
    .flatMap(literals)
    .filter((part) => !word.test(part));
  const all = [...literals(pathname), ...literals(search.slice(1)), username, password, ...parts];
  return all.flatMap((part) => (part === '/' ? [] : [part, decoded(part)]));
}
