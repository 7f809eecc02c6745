/** A target in two parts: what tells it from others comes first, and where it lies after that. */
export interface TargetParts {
  readonly telling: string;
  readonly place: string;
}

/** Of a URL the path and its host, of a script its name and its folder. @param target as a handler has it */
export function targetParts(target: string): TargetParts {
  const [, host, path] = /^POST https?:\/\/([^/?#]*)(.*)$/s.exec(target) ?? [];
  if (host !== undefined && path !== undefined) {
    return path === '' || path === '/' ? { telling: host + path, place: '' } : { telling: path, place: host };
  }
  const [, folder, name] = /^(?!POST )(.*[\\/])([^\\/]+)$/s.exec(target) ?? [];
  return folder !== undefined && name !== undefined
    ? { telling: name, place: folder }
    : { telling: target.replace(/^POST /, ''), place: '' };
}
