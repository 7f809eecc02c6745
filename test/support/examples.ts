import { globSync } from 'node:fs';
import { basename } from 'node:path';
import type { FlowNode } from './node-red.ts';
import { packageRoot, readJson } from './package.ts';

export interface Example {
  /** The file's name without ending, as the import menu shows it. */
  readonly name: string;
  readonly nodes: readonly FlowNode[];
}

export const examples: readonly Example[] = globSync('examples/*.json', { cwd: packageRoot })
  .sort()
  .map((path) => ({ name: basename(path, '.json'), nodes: readJson<FlowNode[]>(path) }));
