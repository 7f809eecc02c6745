import type { Page } from 'playwright-core';

/** Waits until the tray on top has slid in and has the focus. */
export async function settledTray(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const tray = [...document.querySelectorAll('.red-ui-tray')].at(-1);
    return tray?.contains(document.activeElement) && tray.getAnimations().length === 0;
  });
}
