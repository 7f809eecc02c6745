let touched = false;

/**
 * Whether a finger was the last that pointed. It leaves hover and focus where it was, which says nothing of what one
 * looks at: a mouse and a key do.
 */
export const touchedLast = (): boolean => touched;

const notice = (event: Event): void => {
  touched = event instanceof PointerEvent && event.pointerType === 'touch';
};

/** Listens for what points from now on. */
export function followPointers(): void {
  for (const sign of ['pointerdown', 'pointermove', 'keydown'])
    document.addEventListener(sign, notice, { capture: true, passive: true });
}
