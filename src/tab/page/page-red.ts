import { PageComms } from './page-comms.ts';
import { pagePopover } from './page-popover.ts';
import { pageTray } from './page-tray.ts';
import { isGranted, type Permissions } from './permissions.ts';
import type { ToldNodes } from './told-nodes.ts';

interface Known {
  readonly language: string;
  readonly nodes: ToldNodes;
  /** Undefined where Node-RED knows no users: then everything is granted. */
  readonly permissions: Permissions | undefined;
}

/** What the tab calls of the editor, where there is none. What changes flows is not among it. */
export function pageRed({ language, nodes, permissions }: Known) {
  return {
    actions: { add() {}, invoke() {} },
    clipboard: { copyText },
    comms: new PageComms(),
    events: { on() {}, off() {} },
    i18n: { lang: () => language },
    nodes: {
      eachConfig(visit: (node: object) => void) {
        for (const node of nodes.all) visit(node);
      },
      node: (id: string) => nodes.all.find((node) => node.id === id) ?? null,
      workspace: () => undefined,
    },
    notify,
    plugins: { getPlugin: () => undefined },
    popover: pagePopover,
    settings: { get: () => undefined, set() {}, remove() {} },
    tray: pageTray,
    user: { hasPermission: (permission: string) => isGranted(permissions, permission) },
    utils: { sanitize: (text: string) => text },
  };
}

function notify(
  content: Element | string,
  options: { readonly type?: string; readonly timeout?: number },
): void {
  const note = document.createElement('div');
  note.className = `nrp-page-note nrp-page-note-${options.type ?? 'info'}`;
  note.append(content);
  document.body.append(note);
  setTimeout(() => note.remove(), options.timeout ?? 5000);
}

/** A page over plain HTTP has no other way to the clipboard. */
function copyText(text: string): boolean {
  const field = document.createElement('textarea');
  const before = document.activeElement;
  field.value = text;
  field.className = 'nrp-hidden';
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}
