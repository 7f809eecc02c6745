export interface MenuEntry {
  readonly label: string;
  readonly onselect: () => void;
}

/** Shows a menu of the editor beneath a button, their right edges in line. */
export function showMenu(button: HTMLElement, options: readonly MenuEntry[]): void {
  RED.popover.menu({ options }).show({ target: $(button), align: 'left', offset: [button.offsetWidth, 1] });
}
