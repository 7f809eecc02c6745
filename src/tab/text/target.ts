import { methods } from '../../engine/words/handler-settings.ts';

/** A target in two parts: what tells it from others comes first, and where it lies after that. */
export interface TargetParts {
  readonly telling: string;
  readonly place: string;
}

const called = new RegExp(`^(${methods.join('|')}) (?:https?://([^/?#]*)|(?=/))(.*)$`, 's');

/** Of a URL the path and its host, of a script its name and its folder. @param target as a handler has it */
export function targetParts(target: string): TargetParts {
  // A path without a host is one of this Node-RED.
  const [, method = '', host = '', path] = called.exec(target) ?? [];
  if (path !== undefined) {
    // Most are called by POST: another method tells them apart.
    const by = method === 'POST' ? '' : `${method} `;
    return path === '' || path === '/'
      ? { telling: by + host + path, place: '' }
      : { telling: by + path, place: host };
  }
  const [, folder, name] = /^(?!POST )(.*[\\/])([^\\/]+)$/s.exec(target) ?? [];
  return folder !== undefined && name !== undefined
    ? { telling: name, place: folder }
    : { telling: target.replace(/^POST /, ''), place: '' };
}
