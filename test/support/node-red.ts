import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './eventually.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A node of a flow file; `credentials` may stand in it, as in a deploy. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly credentials?: Readonly<Record<string, string>>;
  readonly [property: string]: unknown;
}

export type DeployType = 'full' | 'flows' | 'nodes';

export interface NodeRedOptions {
  /** What is deployed when it starts; without it, what the user directory holds. */
  readonly flows?: readonly FlowNode[];
  /** Laid over the settings below; must survive JSON. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** JavaScript of an object, laid over these in their turn: what does not survive JSON. */
  readonly settingsCode?: string;
  /** Kept when it ends. Without it, a temporary one that lives as long as the test process. */
  readonly userDir?: string;
  /** The folder of the `node-red` package; by default the one that NODE_RED names, or the dev dependency. */
  readonly nodeRed?: string;
  /** The Node.js that runs it; the one of the tests by default. */
  readonly node?: string;
  /** The folder of the package under test; null when it is installed in the user directory. */
  readonly nodesDir?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  /** Options for Node.js itself, such as `--max-old-space-size=200`. */
  readonly execArgv?: readonly string[];
  /** How long it may take until its flows have started. */
  readonly timeoutMs?: number;
}

/** A Node-RED in a process of its own, started as its command line starts it. */
export interface NodeRed {
  /** `http://127.0.0.1:<port>`, without the roots. */
  readonly url: string;
  readonly pid: number;
  readonly userDir: string;
  /** What it printed so far, line by line, stderr too. */
  readonly log: readonly string[];
  /** Resolves to the exit code when it ends, or to the signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** A request below `httpAdminRoot`. */
  admin(path: string, init?: RequestInit): Promise<Response>;
  /** A request below `httpNodeRoot`. */
  node(path: string, init?: RequestInit): Promise<Response>;
  /** The JSON of a GET below `httpAdminRoot`. @throws unless the answer is 2xx */
  get<T>(path: string): Promise<T>;
  /** The flows in force. */
  flows(): Promise<FlowNode[]>;
  /** Deploys and waits until the flows have started again. */
  deploy(flows: readonly FlowNode[], type?: DeployType): Promise<void>;
  /** Does what makes the flows start anew, and waits until they have: a deploy is answered before that. */
  started(by: () => Promise<void>): Promise<void>;
  /** Sends a deploy and waits for its answer only: the flows start some time later. */
  requestDeploy(flows: readonly FlowNode[], type?: DeployType): Promise<void>;
  /** The first line it printed, or will print, that matches. */
  printed(pattern: RegExp, ms?: number): Promise<string>;
  /** SIGTERM, as a service manager sends it, and waits for the end. */
  stop(): Promise<void>;
  /** SIGKILL: nothing in it gets a word in. */
  kill9(): Promise<void>;
}

const require = createRequire(import.meta.url);
const repository = join(import.meta.dirname, '../..');

const quiet = {
  uiHost: '127.0.0.1',
  uiPort: 0,
  flowFile: 'flows.json',
  credentialSecret: false,
  lang: 'en-US',
  logging: { console: { level: 'info', metrics: false, audit: false } },
  // Without these two a dialog that asks every new user shades the editor.
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  // It lies beside Node-RED for the test of the flow made for it alone.
  externalModules: { palette: { denyList: ['@flowfuse/node-red-dashboard'] } },
};

// The editor shows its first tip after a second, and fails where the place for tips is not there yet by then.
const users = { _: { editor: { view: { 'view-show-tips': false } } } };

const running = new Set<ChildProcess>();
// Before the folders go that they write to.
process.prependOnceListener('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts Node-RED on a free port. @throws with what it printed when its flows don't start in time */
export async function startNodeRed(options: NodeRedOptions = {}): Promise<NodeRed> {
  const userDir = options.userDir ?? temporaryFolder('node-red-');
  const nodeRed =
    options.nodeRed ?? process.env['NODE_RED'] ?? dirname(require.resolve('node-red/package.json'));
  const nodesDir = options.nodesDir === undefined ? repository : options.nodesDir;
  const settings = { ...quiet, userDir, ...(nodesDir !== null && { nodesDir }), ...options.settings };
  await mkdir(userDir, { recursive: true });
  const settingsFile = join(userDir, 'settings.cjs');
  await writeFile(settingsFile, settingsThatTell(settings, nodeRed, options.settingsCode));
  const usersFile = join(userDir, '.config.users.json');
  if (!existsSync(usersFile)) await writeFile(usersFile, JSON.stringify(users));
  if (options.flows) await writeFlows(userDir, options.flows);

  const child = spawn(
    options.node ?? process.execPath,
    [...(options.execArgv ?? []), join(nodeRed, 'red.js'), '--userDir', userDir, '--settings', settingsFile],
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, ...options.env }, cwd: userDir },
  );
  running.add(child);
  const ended = once(child, 'exit').then(([code, signal]): number | NodeJS.Signals => {
    running.delete(child);
    return code ?? signal;
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream as Readable).on('line', (line) => log.push(line));
  }
  const told = { port: 0, starts: 0, problem: '' };
  child.on('message', (message) => {
    const { port, started, problem } = message as { port?: number; started?: true; problem?: string };
    if (port) told.port = port;
    if (started) told.starts += 1;
    if (problem) told.problem = problem;
  });
  // A test that fails before it stops Node-RED must not keep the test process from ending.
  for (const handle of [child, child.channel, child.stdout, child.stderr])
    (handle as { unref(): void }).unref();

  const kill = async (): Promise<void> => {
    child.ref();
    child.kill('SIGKILL');
    await ended;
  };
  const until = async (what: string, come: () => boolean, ms: number): Promise<void> => {
    const over = () => child.exitCode !== null || child.signalCode !== null;
    const late = await eventually(what, () => come() || told.problem || over(), ms).then(
      () => '',
      (error: Error) => error.message,
    );
    if (come()) return;
    await sleep(100); // the last lines it printed are still on their way
    const why = late || `${what}: ${told.problem || 'Node-RED has ended'}`;
    throw new Error(`${why}; it printed:\n${log.slice(-40).join('\n')}`);
  };
  const withRoot = (root: unknown) =>
    `http://127.0.0.1:${told.port}/${String(root ?? '').replaceAll(/^\/|\/$/g, '')}`;
  const below = (root: unknown) => (path: string, init?: RequestInit) =>
    fetch(`${withRoot(root).replace(/\/$/, '')}/${path.replace(/^\//, '')}`, init);

  await until('Node-RED started', () => told.port > 0 && told.starts > 0, options.timeoutMs ?? 30_000).catch(
    async (error) => {
      await kill();
      throw error;
    },
  );

  const admin = below(settings['httpAdminRoot' as keyof typeof settings]);
  const get = async <T>(path: string): Promise<T> => {
    const response = await admin(path, { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const requestDeploy = async (flows: readonly FlowNode[], type: DeployType = 'full'): Promise<void> => {
    const response = await admin('flows', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'node-red-api-version': 'v2',
        'node-red-deployment-type': type,
      },
      body: JSON.stringify({ flows }),
    });
    if (!response.ok) throw new Error(`deploy: ${response.status} ${await response.text()}`);
  };

  const started = async (by: () => Promise<void>) => {
    const before = told.starts;
    await by();
    await until('the deployed flows started', () => told.starts > before, 20_000);
  };

  return {
    url: `http://127.0.0.1:${told.port}`,
    pid: child.pid as number,
    userDir,
    log,
    ended,
    admin,
    node: below(settings['httpNodeRoot' as keyof typeof settings]),
    get,
    flows: () => get<FlowNode[]>('flows'),
    requestDeploy,
    started,
    deploy: (flows, type) => started(() => requestDeploy(flows, type)),
    async printed(pattern, ms = 10_000) {
      await until(`it printed ${pattern}`, () => log.some((line) => pattern.test(line)), ms);
      return log.find((line) => pattern.test(line)) as string;
    },
    async stop() {
      child.kill('SIGTERM');
      const late = new AbortController();
      const first = await Promise.race([ended, sleep(20_000, 'late' as const, { signal: late.signal })]);
      late.abort();
      if (first !== 'late') return;
      await kill();
      throw new Error(
        `Node-RED did not end within 20 s of SIGTERM; it printed:\n${log.slice(-40).join('\n')}`,
      );
    },
    kill9: kill,
  };
}

/** A settings file that also tells the test process what goes on, and ends Node-RED when that process is gone. */
function settingsThatTell(settings: object, nodeRed: string, code = '{}'): string {
  return `const { createRequire } = require('node:module');
const { events } = createRequire(${JSON.stringify(join(nodeRed, 'red.js'))})('@node-red/util');
const settings = { ...${JSON.stringify(settings, null, 2)}, ...${code} };
events.on('flows:started', () => process.send({ started: true }));
events.on('runtime-event', ({ id, payload }) => {
  if (id === 'runtime-state' && payload?.error) process.send({ problem: JSON.stringify(payload) });
});
// red.js notes the port it got in the settings.
Object.defineProperty(settings, 'serverPort', { get: () => settings.uiPort, set: (port) => process.send({ port }) });
process.on('disconnect', () => process.exit());
process.channel.unref();
module.exports = settings;
`;
}

async function writeFlows(userDir: string, flows: readonly FlowNode[]): Promise<void> {
  const secrets = flows.flatMap(({ id, credentials }) => (credentials ? [[id, credentials]] : []));
  const bare = flows.map(({ credentials: _, ...node }) => node);
  await writeFile(join(userDir, 'flows.json'), JSON.stringify(bare));
  await writeFile(join(userDir, 'flows_cred.json'), JSON.stringify(Object.fromEntries(secrets)));
}
