import { readFileSync } from 'node:fs';
import { packageRoot } from './package-root.ts';

/** What package.json says of this package. */
export interface Manifest {
  readonly version: string;
  /** The range of Node.js that it needs. */
  readonly engines: { readonly node: string };
  /** The range of Node-RED that it needs. */
  readonly 'node-red': { readonly version: string };
}

export function readManifest(): Manifest {
  return JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as Manifest;
}
