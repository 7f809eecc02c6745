import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

/** The repository's root, which is the package's. */
export const packageRoot: string = join(import.meta.dirname, '../..');

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly keywords?: readonly string[];
  readonly repository?: unknown;
  readonly bugs?: unknown;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly 'node-red': {
    readonly version: string;
    readonly nodes: Readonly<Record<string, string>>;
    readonly plugins?: Readonly<Record<string, string>>;
  };
}

export function readJson<T>(path: string): T {
  return JSON.parse(readText(path)) as T;
}

export function readText(path: string): string {
  return readFileSync(join(packageRoot, path), 'utf8');
}

export const manifest: Manifest = readJson('package.json');

/** What an editor half registers: `RED.nodes.registerType(type, definition)`. */
export interface Definition {
  readonly type: string;
  readonly category: string;
  readonly defaults: Readonly<Record<string, { readonly value: unknown; readonly type?: string }>>;
  readonly credentials?: Readonly<Record<string, { readonly type: string }>>;
  readonly icon?: string;
  readonly inputs?: number;
  readonly outputs?: number;
}

/** Runs the inline scripts of an editor half as the editor would, far enough to see what they register. */
export function definitionsIn(html: string): Definition[] {
  const definitions: Definition[] = [];
  const registerType = (type: string, definition: Omit<Definition, 'type'>) =>
    definitions.push({ ...definition, type });
  for (const [, script = ''] of html.matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g)) {
    runInNewContext(script, {
      RED: anything({ nodes: anything({ registerType }) }),
      $: anything(),
    });
  }
  return definitions;
}

/** Answers every property and call with more of itself. */
function anything(known: Readonly<Record<string, unknown>> = {}): unknown {
  return new Proxy(() => undefined, {
    get: (_, name) => (typeof name === 'string' ? (known[name] ?? anything()) : undefined),
    apply: () => anything(),
  });
}
