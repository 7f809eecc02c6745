export interface Intake {
  /** Where the editor's Node-RED receives, without a path: `https://host:1880`. */
  readonly origin: string;
  readonly httpNodeRoot: string;
  readonly path: string;
  /** How senders sign in. */
  readonly auth: string;
}

const signIn: Readonly<Record<string, readonly string[]>> = {
  basic: ["-u 'user:password'"],
  bearer: ["-H 'authorization: Bearer …'"],
  signature: ["-H 'webhook-id: …'", "-H 'webhook-timestamp: …'", "-H 'webhook-signature: v1,…'"],
};

/** A line for a POSIX shell that sends an envelope to an intake. */
export function curlOf({ origin, httpNodeRoot, path, auth }: Intake, envelope: unknown): string {
  return [
    `curl -X POST ${quoted(origin + httpNodeRoot.replace(/\/$/, '') + path)}`,
    "-H 'content-type: application/json'",
    ...(signIn[auth] ?? []),
    `-d ${quoted(JSON.stringify(envelope))}`,
  ].join(' \\\n  ');
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
