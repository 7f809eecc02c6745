interface Asked {
  readonly target: unknown;
  readonly content: () => Element;
}

interface Menu {
  readonly options: readonly { readonly label: string; readonly onselect: () => void }[];
}

/** Questions and menus as dialogs of the browser, which keeps the focus in them and gives it back. */
export const pagePopover = {
  create({ content }: Asked) {
    const dialog = document.createElement('dialog');
    dialog.className = 'nrp-page-dialog';
    return {
      open() {
        dialog.append(content());
        show(dialog);
      },
      close: () => dialog.close(),
    };
  },
  menu({ options }: Menu) {
    return {
      show({ target }: { readonly target: unknown }) {
        const menu = document.createElement('dialog');
        menu.className = 'nrp-page-dialog nrp-page-menu';
        for (const { label, onselect } of options) {
          const entry = document.createElement('button');
          Object.assign(entry, { type: 'button', textContent: label });
          entry.addEventListener('click', () => {
            menu.close();
            onselect();
          });
          menu.append(entry);
        }
        menu.addEventListener('keydown', (event) => step(menu, event));
        show(menu);
        const { right, bottom } = (target as Element).getBoundingClientRect();
        menu.style.inset = `${bottom + 2}px auto auto ${Math.max(4, right - menu.offsetWidth)}px`;
      },
    };
  },
  tooltip: () => ({ setContent() {}, delete() {} }),
};

function show(dialog: HTMLDialogElement): void {
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** Arrows lead through a menu. */
function step(menu: HTMLElement, event: KeyboardEvent): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  const entries = [...menu.querySelectorAll('button')];
  const at = entries.indexOf(document.activeElement as HTMLButtonElement);
  entries.at((at + by) % entries.length)?.focus();
}
