import type { LitElement, ReactiveController } from 'lit';

/** What a key does in the tab. */
export type Command = 'next' | 'previous' | 'replay' | 'search' | 'pause' | 'renew' | 'keys';

const commands: Readonly<Record<string, Command>> = {
  j: 'next',
  k: 'previous',
  r: 'replay',
  '/': 'search',
  p: 'pause',
  n: 'renew',
  '?': 'keys',
};

/** All keys of the tab, for people, each with the name of what it does. To some the rows and the details see themselves. */
export const keyLines: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['j', '↓'], 'next'],
  [['k', '↑'], 'previous'],
  [['Home', 'End'], 'ends'],
  [['Space'], 'choose'],
  [['Shift+↓', 'Shift+↑'], 'range'],
  [['Ctrl+A'], 'all'],
  [['Enter'], 'open'],
  [['Esc'], 'back'],
  [['r'], 'replay'],
  [['n'], 'renew'],
  [['p'], 'pause'],
  [['/'], 'search'],
  [['?'], 'keys'],
];

/** Knows which keys are the tab's: none where somebody types, and none of the editor's own shortcuts. */
export class Keys implements ReactiveController {
  /** The last two that were pressed anywhere. */
  #last: KeyboardEvent | undefined;
  #before: KeyboardEvent | undefined;

  constructor(host: LitElement) {
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('keydown', this.#note, true);
  }

  hostDisconnected(): void {
    window.removeEventListener('keydown', this.#note, true);
  }

  readonly #note = (event: KeyboardEvent): void => {
    this.#before = this.#last;
    this.#last = event;
  };

  commandOf(event: KeyboardEvent): Command | undefined {
    // The editor has taken the one before: it may wait for a second one.
    const isSecond = this.#before?.defaultPrevented === true && hasModifier(this.#before);
    const isOurs = !event.defaultPrevented && !event.isComposing && !isSecond && !hasModifier(event);
    return isOurs && !isTyped(event) && Object.hasOwn(commands, event.key) ? commands[event.key] : undefined;
  }
}

function hasModifier({ ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  return ctrlKey || altKey || metaKey;
}

function isTyped({ target }: KeyboardEvent): boolean {
  return (
    target instanceof Element &&
    target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable]') !== null
  );
}
