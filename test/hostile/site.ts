import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fewNodes } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { executor, intakeNode, postJson, registry, tab } from '../support/provisioning-flow.ts';
import { signIn, user } from '../support/users.ts';
import type { Who } from './inputs.ts';
import { intakeSecrets } from './intake.ts';

/** A row of the log with all its details, as far as a border looks at it. */
export interface LoggedRow {
  readonly id: string;
  readonly status: string;
  readonly parkedFor: string | null;
  readonly response: string | null;
  readonly error: string | null;
}

/** What handlers hold of secrets: it may be in no stored row. JSON, URLs and shells write it in other ways. */
export const secret = 'secret-canary "of" a\\b';

/** The Node-RED that all borders are of: intakes with each guard, an admin API that knows its users. */
export interface Site {
  readonly red: NodeRed;
  readonly port: number;
  headersOf(who: Who): Record<string, string>;
  get<T>(path: string): Promise<T>;
  /** Deploys these handlers, and what they need, beside the intakes; resolves once they are in force. */
  deploy(nodes: readonly FlowNode[]): Promise<void>;
  /** Accepts an event of each type in one request, without data unless told. @returns their ids, in the same order */
  fire(types: readonly string[], dataOf?: (index: number) => object): Promise<readonly string[]>;
  /** The row of an event with one handler, once it is settled or parked. */
  rowOf(event: string): Promise<LoggedRow>;
  /** The bytes of everything that is stored, as Latin-1. */
  stored(): string;
  /** Memory that Node-RED holds, in MiB. */
  residentMib(): number;
}

const users = [user('admin', '*'), user('reader', 'read'), user('writer', ['provisioning.write'])];
const base = 'provisioning/registries/registry';

const {
  user: intakeUser,
  password: intakePassword,
  token: intakeToken,
  secret: intakeSecret,
} = intakeSecrets;
const intakes: readonly FlowNode[] = [
  tab,
  registry(),
  executor(),
  intakeNode('/open', { id: 'open', intakeAuth: 'none' }),
  intakeNode('/basic', { id: 'basic', intakeAuth: 'basic', credentials: { intakeUser, intakePassword } }),
  intakeNode('/bearer', { id: 'bearer', intakeAuth: 'bearer', credentials: { intakeToken } }),
  intakeNode('/signed', { id: 'signed', intakeAuth: 'signature', credentials: { intakeSecret } }),
];

/** @param scripts a folder that local handlers may run scripts of */
export async function startSite(scripts: string): Promise<Site> {
  const red = await startNodeRed({
    flows: intakes,
    env: { HOSTILE_SECRET: secret },
    settings: {
      adminAuth: { type: 'credentials', users },
      nodesExcludes: fewNodes.nodesExcludes,
      provisioning: { scriptDirs: [scripts], http: { deny: ['127.0.0.2/32'] } },
    },
  });
  const tokens = new Map<Who, string>();
  for (const one of users) tokens.set(one.username as Who, await signIn(red, one));
  const headersOf = (who: Who): Record<string, string> =>
    who === null ? {} : { authorization: `Bearer ${tokens.get(who)}` };
  const get = async <T>(path: string): Promise<T> => {
    const response = await red.admin(path, { headers: headersOf('admin') });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };

  return {
    red,
    port: Number(new URL(red.url).port),
    headersOf,
    get,
    async deploy(nodes) {
      const headers = { ...headersOf('admin'), 'node-red-api-version': 'v2' };
      // Credentials that are not sent are kept.
      const bare = intakes.map(({ credentials: _, ...node }) => node);
      await red.started(async () => {
        const response = await red.admin('flows', postJson({ flows: [...bare, ...nodes] }, headers));
        if (!response.ok) throw new Error(`deploy: ${response.status} ${await response.text()}`);
      });
    },
    async fire(types, dataOf = () => ({})) {
      const events = types.map((type, index) => ({
        event: { dt: '2026-01-31T12:00:00+00:00', events_id: type, object_id: type },
        data: dataOf(index),
      }));
      const response = await red.node('open', postJson(events));
      if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
      return ((await response.json()) as { ids: string[] }).ids;
    },
    async rowOf(event) {
      const { id } = await eventually(
        'settled or parked',
        async () => {
          const { items } = await get<{ items: LoggedRow[] }>(`${base}/executions?eventId=${event}`);
          return items.find(({ status }) => status !== 'running');
        },
        20_000,
      );
      return get<LoggedRow>(`${base}/executions/${id}`);
    },
    stored() {
      const files = readdirSync(join(red.userDir, 'provisioning'), { recursive: true, withFileTypes: true });
      return files
        .filter((file) => file.isFile())
        .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
        .join('');
    },
    residentMib() {
      const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${red.pid}/status`, 'utf8')) ?? [];
      return Number(kib) / 1024;
    },
  };
}
