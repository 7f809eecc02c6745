/** What a user of Node-RED may do, as its settings tell it. */
export type Permissions = string | readonly string[];

/** As Node-RED judges it: `*`, `read` for whatever ends in `.read`, `write` likewise, or the very name. */
export function isGranted(granted: Permissions | undefined, asked: string): boolean {
  if (granted === undefined) return true;
  if (typeof granted !== 'string') return granted.some((one) => isGranted(one, asked));
  if (granted === '*' || granted === asked) return true;
  return ['read', 'write'].some((kind) => granted === kind && (asked === kind || asked.endsWith(`.${kind}`)));
}
