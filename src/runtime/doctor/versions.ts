import type { Sign } from '../../engine/words/diagnosis.ts';
import { signOf } from './sign.ts';

export interface Versions {
  readonly package: string;
  readonly node: string;
  readonly nodeRed: string;
  /** Such as `linux x64`. */
  readonly system: string;
}

/** What the package is made for, as package.json has it. */
export interface Supported {
  readonly node: string;
  readonly nodeRed: string;
}

export function checkVersions(versions: Versions, supported: Supported): Sign[] {
  const { node, nodeRed } = versions;
  return [
    ...(isWithin(node, supported.node)
      ? []
      : [signOf('warning', 'versions', 'node', { values: { node, range: supported.node } })]),
    ...(isWithin(nodeRed, supported.nodeRed)
      ? []
      : [signOf('warning', 'versions', 'nodeRed', { values: { nodeRed, range: supported.nodeRed } })]),
    signOf('ok', 'versions', 'known', { values: { ...versions } }),
  ];
}

/** Whether a version is within a range such as `^22.19 || >=24`: those two comparisons are all that it may hold. */
export function isWithin(version: string, range: string): boolean {
  const found = numbersOf(version);
  return range.split('||').some((part) => {
    const [, comparison, least = ''] = /^\s*(\^|>=)\s*([\d.]+)\s*$/.exec(part) ?? [];
    const wanted = numbersOf(least);
    if (comparison === undefined || (comparison === '^' && found[0] !== wanted[0])) return false;
    for (const [at, number] of wanted.entries()) {
      const difference = (found[at] ?? 0) - number;
      if (difference !== 0) return difference > 0;
    }
    return true;
  });
}

/** What follows a hyphen, as in `5.0.0-beta.1`, does not count. */
function numbersOf(version: string): number[] {
  return version
    .replace(/^v/, '')
    .replace(/[-+].*/s, '')
    .split('.')
    .map(Number);
}
