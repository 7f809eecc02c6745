const section = '.red-ui-sidebar-section';

/** The tab of the other half when this one took its place. */
let hidden: string | undefined;

/**
 * The half of a split sidebar (Node-RED 5) in which an element lies, and the other one. The editor hides and shows a
 * half when the button of its tab is pressed, keeps that for the user, and offers no other way. Node-RED 4.1 has no
 * halves.
 */
export class SidebarHalf {
  readonly #other: HTMLElement | undefined;
  /** Buttons of the tabs that lie in the other half. */
  readonly #tabs: readonly HTMLButtonElement[];

  /** @param tab the id of the element's own tab */
  constructor(element: Element, tab: string) {
    const own = element.closest<HTMLElement>(section);
    this.#other = [...(own?.parentElement?.querySelectorAll<HTMLElement>(`:scope > ${section}`) ?? [])].find(
      (half) => half !== own,
    );
    this.#tabs = tabsBeside(tab);
  }

  /** Whether there is another half at all, shown or hidden, with something in it. */
  get isSplit(): boolean {
    return this.#other !== undefined && this.#tabs.length > 0;
  }

  /** Whether this half has the whole height. */
  get isWhole(): boolean {
    return this.#other?.style.display === 'none';
  }

  /** Takes the whole height, or gives the other half its place back. */
  toggle(): void {
    if (this.isWhole) this.#tabOf(hidden)?.click();
    else {
      const shown = this.#tabs.find(({ classList }) => classList.contains('selected'));
      hidden = shown && idOf(shown);
      shown?.click();
    }
  }

  /** The tab with this id, if it lies there still; else the first. */
  #tabOf(id: string | undefined): HTMLButtonElement | undefined {
    return this.#tabs.find((button) => idOf(button) === id) ?? this.#tabs[0];
  }
}

const idOf = (button: HTMLButtonElement): string => button.dataset['tabId'] ?? '';

/** The tab bar has four groups of buttons: of each sidebar the upper half's, then the lower one's. */
function tabsBeside(tab: string): HTMLButtonElement[] {
  const button = document.querySelector(`.red-ui-sidebar-tab-bar [data-tab-id="${CSS.escape(tab)}"]`);
  const group = button?.parentElement;
  const groups = [...(group?.parentElement?.children ?? [])];
  // 0 and 1 are of one sidebar, 2 and 3 of the other.
  const beside = group && groups[groups.indexOf(group) ^ 1];
  return [...(beside?.querySelectorAll<HTMLButtonElement>(':scope > button[data-tab-id]') ?? [])];
}
