import type { Texts } from '../text/translate.ts';

interface Shown {
  readonly body: HTMLElement;
  readonly title: HTMLElement | null;
  opener: Element | null;
}

/** Undefined from the moment it begins to close: what is shown while it slides away is shown anew. */
let shown: Shown | undefined;

/**
 * Shows an element in the editor's tray; one that lies open there already gives way to it. It takes the focus as a
 * whole: what of it could take it may be drawn long after, and might be a button that does something.
 */
export function showTray({ text }: Texts, title: string, content: HTMLElement): void {
  content.tabIndex = -1;
  if (shown && isOnTop(shown)) {
    if (document.activeElement?.closest('nrp-tab')) shown.opener = document.activeElement;
    shown.body.replaceChildren(content);
    if (shown.title) shown.title.textContent = title;
    content.focus();
    return;
  }
  const opener = document.activeElement;
  let own: Shown | undefined;
  RED.tray.show({
    title: RED.utils.sanitize(title),
    width: 760,
    // By then one may already be at work in it.
    get focusElement() {
      return content.contains(document.activeElement) ? false : content;
    },
    buttons: [{ id: 'nrp-tray-close', text: text('button.close'), click: closeTray }],
    open(tray, done) {
      const body = tray.find('.red-ui-tray-body')[0];
      if (!body) return;
      body.classList.add('nrp', 'nrp-tray');
      body.append(content);
      const titles = tray.find('.red-ui-tray-breadcrumbs li');
      own = { body, title: titles[titles.length - 1] ?? null, opener };
      shown = own;
      document.addEventListener('keydown', closeOnEscape);
      done();
      // The editor keeps it as wide as it wants to be, and cuts off what the window has no room for.
      body.style.minWidth = '0';
    },
    close() {
      const back = own?.opener;
      if (shown !== undefined && shown !== own) return;
      shown = undefined;
      document.removeEventListener('keydown', closeOnEscape);
      // The editor gives the focus to its canvas first.
      setTimeout(() => focusOn(back));
    },
  });
}

export function closeTray(): void {
  if (!shown || !isOnTop(shown)) return;
  shown = undefined;
  RED.tray.close();
}

/** Escape closes it from within, and from the tab beside it. */
function closeOnEscape(event: KeyboardEvent): void {
  const at = event.target as Element;
  const ours = at === document.body || at.closest('.nrp, .red-ui-tray') !== null;
  if (event.key === 'Escape' && !event.defaultPrevented && ours) closeTray();
}

function isOnTop({ body }: Shown): boolean {
  return [...document.querySelectorAll('#red-ui-editor-stack .red-ui-tray')].at(-1)?.contains(body) ?? false;
}

/** Who opened it has the focus again; a row that has gone meanwhile leaves it to the one that is reached by Tab. */
function focusOn(opener: Element | null | undefined): void {
  const back = opener?.isConnected ? opener : document.querySelector('nrp-tab [data-row][tabindex="0"]');
  if (back instanceof HTMLElement) back.focus();
}
