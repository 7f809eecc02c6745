import type { NodeRed } from './node-red.ts';
import { postJson } from './provisioning-flow.ts';

/** Each one's password is the name; by bcrypt. */
const passwords = {
  admin: '$2b$04$DSpIr4Kt.jPeh0F3HVWGHeAJZljck3CXmn/A2/If7ozNg8TAR//Su',
  reader: '$2b$04$ZV6K5Hii.E6n.fSDQ.z5seYCrYKHabbA0ucTsCczdjtdt7JNVXQi6',
  writer: '$2b$04$44hQx0LRKDBqjX4aPgsXd./T6w9L0jdtA35UlELLnwpTfcvofiQdS',
  exact: '$2b$04$99fxFZ9uYB5QSkRsoyZymeLV5rxw4BN81bBNqNangP5JVCRAG/eGK',
};

/** A user for `adminAuth`. */
export function user(username: keyof typeof passwords, permissions: string | readonly string[]) {
  return { username, password: passwords[username], permissions };
}

type User = ReturnType<typeof user>;

/** An access token, as the editor gets it when somebody signs in. */
export async function signIn(
  red: Pick<NodeRed, 'admin'>,
  { username, permissions }: Pick<User, 'username' | 'permissions'>,
  client: 'node-red-admin' | 'node-red-editor' = 'node-red-admin',
): Promise<string> {
  const scope = [permissions].flat().join(' ');
  const asked = { client_id: client, grant_type: 'password', scope, username, password: username };
  const answer = await red.admin('auth/token', postJson(asked));
  return ((await answer.json()) as { access_token: string }).access_token;
}
