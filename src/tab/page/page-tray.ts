import type { TrayOptions } from '../../editor/red.ts';

let close: (() => void) | undefined;

/** Details beside the list, in the place and with the names that the editor's tray has. */
export const pageTray = {
  show(options: TrayOptions): void {
    const stack = document.createElement('div');
    stack.id = 'red-ui-editor-stack';
    const tray = document.createElement('section');
    tray.className = 'red-ui-tray';
    const heading = document.createElement('ol');
    heading.className = 'red-ui-tray-breadcrumbs';
    const title = document.createElement('li');
    title.textContent = options.title;
    heading.append(title);
    const body = document.createElement('div');
    body.className = 'red-ui-tray-body';
    const foot = document.createElement('div');
    foot.className = 'nrp-page-buttons';
    for (const { id, text, click } of options.buttons) {
      const button = document.createElement('button');
      Object.assign(button, { id, type: 'button', className: 'red-ui-button', textContent: text });
      button.addEventListener('click', click);
      foot.append(button);
    }
    tray.append(heading, body, foot);
    stack.append(tray);
    document.querySelector('#red-ui-main-container')?.append(stack);
    close = () => {
      stack.remove();
      options.close();
    };
    const found = { find: (selector: string) => [...tray.querySelectorAll(selector)] };
    options.open(found as never, () => {
      const { focusElement } = options;
      if (focusElement) focusElement.focus();
    });
  },
  close(): void {
    close?.();
    close = undefined;
  },
  resize(): void {},
};
