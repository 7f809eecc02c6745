import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { integer } from '../engine/handler.ts';
import { parse } from '../engine/parse.ts';

const cidrs = z
  .array(
    z.string('must be a CIDR block such as "10.0.0.0/8"'),
    'must be a list of CIDR blocks such as "10.0.0.0/8"',
  )
  .default([]);

/** `provisioning` in settings.js. */
const settingsSchema = z
  .strictObject({
    /** Where journals live; default `<userDir>/provisioning`. */
    dir: z.string().min(1, 'must not be empty: name a folder, or leave it out').optional(),
    /** False turns local handlers off. */
    scripts: z.boolean().default(true),
    /** Folders that local handlers may run scripts of, besides `<dir>/scripts` and the package's examples. */
    scriptDirs: z.array(z.string()).default([]),
    http: z.strictObject({ allow: cidrs, deny: cidrs }).default({ allow: [], deny: [] }),
    /** Accepted and untaken events of a registry at most; beyond it the intake answers 503. */
    backlog: integer(1, Number.MAX_SAFE_INTEGER).default(10_000_000),
  })
  .default({ scripts: true, scriptDirs: [], http: { allow: [], deny: [] }, backlog: 10_000_000 });

export interface Settings {
  readonly dir: string;
  readonly scripts: boolean;
  /** All folders that scripts may be run of. */
  readonly scriptFolders: readonly string[];
  readonly http: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly backlog: number;
}

// From src/runtime, or from dist/src/runtime once built.
const root = new URL(import.meta.url.includes('/dist/src/') ? '../../../' : '../../', import.meta.url);
const exampleScripts = fileURLToPath(new URL('examples/scripts', root));

/**
 * Reads `provisioning` of Node-RED's settings.
 * @throws InvalidInput naming what is wrong in settings.js
 */
export function readSettings(value: unknown, userDir: string): Settings {
  const {
    dir = join(userDir, 'provisioning'),
    scriptDirs,
    ...settings
  } = parse('settings.js: provisioning', settingsSchema, value);
  return {
    ...settings,
    dir,
    scriptFolders: [join(dir, 'scripts'), exampleScripts, ...scriptDirs],
  };
}
