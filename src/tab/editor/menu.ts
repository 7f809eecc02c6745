export interface MenuEntry {
  readonly label: string;
  readonly onselect: () => void;
}

/** Shows a menu of the editor beneath a button, their right edges in line. */
export function showMenu(button: HTMLElement, options: readonly MenuEntry[]): void {
  // With many registries it would go on below the window's end.
  RED.popover
    .menu({ options, maxHeight: '70vh' })
    .show({ target: $(button), align: 'left', offset: [button.offsetWidth, 1] });
}
