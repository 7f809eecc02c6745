import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Unpacks the browser where that is done at its first use: test processes that begin at the same time would each take
 * what another has written only half for the whole.
 */
export async function unpackBrowser(): Promise<void> {
  if (process.platform === 'linux') await chromium.executablePath();
}

/** The Chromium of the dev dependencies on Linux, elsewhere the Chrome that is installed. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== 'linux') return playwright.launch({ channel: 'chrome' });
  return playwright.launch({ executablePath: await chromium.executablePath(), args });
}
