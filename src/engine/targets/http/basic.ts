/** The credentials of a user (RFC 7617 §2), in UTF-8. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Those of a URL; null when it has none. */
export function basicOf({ username, password }: URL): string | null {
  return username || password ? basic(decodeURIComponent(username), decodeURIComponent(password)) : null;
}
