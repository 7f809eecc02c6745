import type { NodeAPI } from 'node-red';
import { normalisePath } from '../../engine/words/intake-path.ts';
import { rootOf, takesPost } from '../http/apps.ts';
import { pathBelow } from '../http/path.ts';

/**
 * What the paths of Node-RED's own admin API and editor begin with; its apps can't be asked for them.
 * Source: @node-red/editor-api 4.1 and 5.0.
 */
const names = new Set([
  'auth',
  'context',
  'credentials',
  'diagnostics',
  'flow',
  'flows',
  'icons',
  'library',
  'locales',
  'nodes',
  'plugins',
  'projects',
  'settings',
  'theme',
  'types',
]);

/**
 * Whether the admin API, Node-RED's own or that of any package, serves what is posted to a path of the intake. With
 * Node-RED's default roots it comes first, and would find the body unread.
 * @param path below `httpNode`, normalised
 */
export function isAdminPath({ httpAdmin, httpNode }: NodeAPI, path: string): boolean {
  if (typeof httpAdmin !== 'function' || rootOf(httpAdmin) !== rootOf(httpNode)) return false;
  const below = pathBelow(httpAdmin.path(), normalisePath(httpNode.path() + path));
  if (below === undefined) return false;
  return names.has(below.split('/')[1]?.toLowerCase() ?? '') || takesPost(httpAdmin, below);
}
