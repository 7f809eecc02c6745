import type { CDPSession, Locator, Page } from 'playwright-core';

interface Point {
  readonly x: number;
  readonly y: number;
}

const stepSeconds = 0.06;

/** A finger on a page whose context has touch: Playwright's own can tap only. */
export class Finger {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async on(page: Page): Promise<Finger> {
    return new Finger(await page.context().newCDPSession(page));
  }

  async press(point: Point): Promise<void> {
    await this.#send('touchStart', [point]);
  }

  async lift(): Promise<void> {
    await this.#send('touchEnd', []);
  }

  /** Moves from one point to another in steps and rests there, as a hand does that flings nothing away. */
  async draw(from: Point, to: Point): Promise<void> {
    const steps = 8;
    const began = Date.now() / 1000 - (steps + 4) * stepSeconds;
    await this.#send('touchStart', [from], began);
    for (let step = 1; step <= steps + 3; step++) {
      const part = Math.min(1, step / steps);
      const point = { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
      await this.#send('touchMove', [point], began + step * stepSeconds);
    }
  }

  async #send(
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    touchPoints: Point[],
    timestamp = Date.now() / 1000,
  ): Promise<void> {
    await this.#session.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp });
  }
}

/** A point of an element: by default its middle. */
export async function pointOf(element: Locator, part = 0.5): Promise<Point> {
  const box = await element.boundingBox();
  if (!box) throw new Error(`${element} can't be seen`);
  return { x: box.x + box.width * part, y: box.y + box.height / 2 };
}
