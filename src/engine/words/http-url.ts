/** Whether a text is an absolute URL that begins with http:// or https://. */
export function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** Whether a text is a path such as `/crm`, which in the place of a URL means an `http in` node of the same Node-RED. */
export function isOwnPath(url: string): boolean {
  return /^\/(?![/\\])/.test(url);
}

/** Whether the user and password of a URL can be decoded. */
export function hasReadableUser({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** A URL without the user and password in it; whatever else a text is, it stays as it is. */
export function withoutUser(url: string): string {
  const bare = url.replace(/^(\s*https?:[\\/]*)[^\\/?#]*@/i, '$1');
  if (!hasUser(bare)) return bare;
  // Browsers and Node.js read more than that as a URL, such as one with a tab in its scheme.
  return Object.assign(new URL(bare), { username: '', password: '' }).href;
}

/** Up to a password in a URL of whatever scheme, the password, and what ends it. */
const passworded = /\b([a-z][a-z0-9+.-]{0,31}:\/\/[^\s/?#:@]*:)([^\s/?#]+)(?=@)/gi;

/** The passwords of all URLs in a text, as they stand there and decoded. */
export function passwordsIn(text: string): string[] {
  return [...text.matchAll(passworded)].flatMap(([, , password = '']) => [password, decoded(password)]);
}

/** A text with `***` in the place of the passwords of all URLs in it, however short they are. */
export function withoutPasswords(text: string): string {
  return text.replace(passworded, '$1***');
}

/** A text that may be percent-encoded; itself where it can not be decoded. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a URL signs in by itself. */
export function hasUser(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
