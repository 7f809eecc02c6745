/** What a secret begins with that is base64. */
export const base64Prefix = 'whsec_';

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=?|[A-Za-z0-9+/]{2}(?:==)?)$/;

/** What to do about a secret that `isSigningSecret` refuses. */
export const signingSecretRemedy =
  'must be a text, or whsec_ and base64: enter the secret again as it was given';

/** Whether a secret, blanks around it aside, is `whsec_` and well-formed base64, or another text. */
export function isSigningSecret(secret: string): boolean {
  const text = secret.trim();
  return text.startsWith(base64Prefix) ? base64.test(text.slice(base64Prefix.length)) : text !== '';
}
