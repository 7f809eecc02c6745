/** The address of the editor, which is that of this page without its last part: `/admin/` of `/admin/provisioning`. */
export const editorPath = location.pathname.replace(/[^/]*$/, '');

/** The token that the editor keeps in this browser once somebody has signed in there; undefined: nobody has. */
export function accessToken(): string | undefined {
  // As the editor names it: by its own path, so that several on one origin do not mix.
  const key = `auth-tokens${editorPath.slice(0, -1).replaceAll('/', '-')}`;
  try {
    const tokens: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    const token = (tokens as { access_token?: unknown } | null)?.access_token;
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}

/** Headers of a request; the token goes nowhere else. */
export function signedHeaders(): Record<string, string> {
  const token = accessToken();
  return { 'node-red-api-version': 'v2', ...(token && { authorization: `Bearer ${token}` }) };
}
