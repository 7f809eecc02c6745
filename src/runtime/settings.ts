import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeAPI } from 'node-red';
import { z } from 'zod';
import { AddressGuard } from '../engine/targets/http/address-guard.ts';
import { integer } from '../engine/words/bounds.ts';
import { InvalidInput } from '../engine/words/errors.ts';
import { isVariableName } from '../engine/words/handler-settings.ts';
import { notEmpty } from '../engine/words/lengths.ts';
import { parse } from '../engine/words/parse.ts';
import { packageRoot } from './package-root.ts';

const postgresSchema = z.strictObject({
  /** `postgres://user:password@host:5432/database`; or each by itself. */
  connectionString: z
    .string()
    .regex(/^postgres(?:ql)?:\/\//, 'must begin with "postgres://"')
    .optional(),
  host: z.string().refine(notEmpty, 'must not be empty: name a host, or leave it out').optional(),
  port: integer(1, 65_535).optional(),
  database: z.string().refine(notEmpty, 'must not be empty: name a database, or leave it out').optional(),
  user: z.string().optional(),
  password: z.string().optional(),
  /** True, or what tls.connect takes: `ca`, `cert`, `key`, `rejectUnauthorized`. */
  ssl: z
    .union([z.boolean(), z.looseObject({})], 'must be true, false or an object such as { ca }')
    .optional(),
  /** Each registry has a schema of its own, whose name begins so. */
  schema: z
    .string()
    .regex(
      /^[a-z_][a-z0-9_]{0,29}$/,
      'must be 1 to 30 characters of a-z 0-9 and _, not beginning with a digit',
    )
    .default('provisioning'),
  /** Connections that a registry is read on at most, besides three: to write, to listen, and for the text index. */
  poolSize: integer(1, 20).optional(),
  /** How long others wait for an instance that is not seen, before they go on with what it had in hand. */
  leaseSeconds: integer(2, 300).optional(),
});

const cidr = 'a CIDR block such as "10.0.0.0/8"';
const cidrs = z.array(z.string(`must be ${cidr}`), 'must be a list of CIDR blocks such as "10.0.0.0/8"');
const variableName = 'must be a name such as "PYTHONPATH"';

/** `provisioning` in settings.js. */
const settingsSchema = z
  .strictObject({
    /** Where journals live; default `<userDir>/provisioning`. */
    dir: z.string().refine(notEmpty, 'must not be empty: name a folder, or leave it out').optional(),
    /** False turns local handlers off. */
    scripts: z.boolean().default(true),
    /** Folders that local handlers may run scripts of, besides `<dir>/scripts` and the package's samples. */
    scriptDirs: z
      .array(z.string().refine(isAbsolute, 'must be an absolute path such as "/opt/provisioning"'))
      .default([]),
    /** Variables that handlers may give to scripts although they can make an interpreter run other code. */
    scriptEnvironment: z
      .array(
        z.string(variableName).refine(isVariableName, variableName),
        'must be a list of names such as "PYTHONPATH"',
      )
      .default([]),
    http: z.strictObject({ allow: cidrs.default([]), deny: cidrs.default([]) }).prefault({}),
    /** Accepted and untaken events of a registry at most; beyond it the intake answers 503. */
    backlog: integer(1, Number.MAX_SAFE_INTEGER).default(10_000_000),
    /** Where registries are kept instead of in folders; several instances may share them. */
    postgres: postgresSchema.optional(),
  })
  .prefault({});

type Postgres = z.infer<typeof postgresSchema>;

export interface Settings extends Readonly<Omit<z.infer<typeof settingsSchema>, 'scriptDirs'>> {
  readonly dir: string;
  /** All folders that scripts may be run of. */
  readonly scriptFolders: readonly string[];
}

const sampleScripts = fileURLToPath(new URL('samples/scripts', packageRoot));

/**
 * Reads `provisioning` of Node-RED's settings.
 * @param postgresUrl takes the place of `postgres.connectionString`, and its parts
 * @throws InvalidInput naming what is wrong in settings.js
 */
export function readSettings(value: unknown, userDir: string, postgresUrl?: string): Settings {
  const {
    dir = join(userDir, 'provisioning'),
    scriptDirs,
    postgres,
    ...settings
  } = parse('settings.js: provisioning', settingsSchema, value);
  // Made to be thrown away: it knows what an address is.
  new AddressGuard(settings.http);
  const database = postgresUrl === undefined ? postgres : urlInstead(postgresUrl, postgres);
  return {
    ...settings,
    ...(database && { postgres: database }),
    dir,
    scriptFolders: [join(dir, 'scripts'), sampleScripts, ...scriptDirs],
  };
}

/** The rest of what is set holds with it. */
function urlInstead(connectionString: string, set: Partial<Postgres> = {}): Postgres {
  const { host, port, database, user, password, ...rest } = set;
  return parse('PROVISIONING_POSTGRES_URL', postgresSchema, { ...rest, connectionString });
}

interface RuntimeSettings {
  readonly provisioning?: unknown;
  readonly userDir?: string;
  readonly editorTheme?: { readonly projects?: { readonly enabled?: boolean } };
  get(name: 'projects'): { readonly activeProject?: string } | undefined;
}

/**
 * Reads those of a runtime without throwing: nodes whose types did not load would keep every flow of Node-RED from
 * starting.
 * @returns the defaults where there is an error
 */
export function settingsOf(RED: NodeAPI): {
  readonly settings: Settings;
  readonly error: InvalidInput | null;
} {
  const { provisioning, userDir } = RED.settings as unknown as RuntimeSettings;
  try {
    const url = process.env['PROVISIONING_POSTGRES_URL'] || undefined;
    return { settings: readSettings(provisioning, String(userDir), url), error: null };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { settings: readSettings(undefined, String(userDir)), error };
  }
}

/** Where the registries' folders are now; with Node-RED's Projects, each project has its own. */
export function dirOf(RED: NodeAPI, { dir }: Settings): string {
  const project = projectOf(RED);
  return project === undefined ? dir : join(dir, 'projects', project);
}

/** What the names of the registries' schemas begin with now, with `schema` of the settings; each project has its own. */
export function schemaPrefixOf(RED: NodeAPI, schema: string): string {
  const project = projectOf(RED);
  if (project === undefined) return schema;
  return `${schema}_${createHash('sha256').update(project).digest('hex').slice(0, 8)}`;
}

function projectOf(RED: NodeAPI): string | undefined {
  const settings = RED.settings as unknown as RuntimeSettings;
  return settings.editorTheme?.projects?.enabled ? settings.get('projects')?.activeProject : undefined;
}
