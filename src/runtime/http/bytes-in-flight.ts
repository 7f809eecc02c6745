import { Unavailable } from '../../engine/words/errors.ts';

/**
 * Bounds the memory that the bodies of requests take together, from their first byte until they are answered.
 * When it is full, the body that has been coming longest is given up: who sends as fast as the line allows gets
 * through, however many others hold back their last byte.
 */
export class BytesInFlight {
  readonly #most: number;
  /** Bodies that are still coming, oldest first. */
  readonly #coming = new Set<Body>();
  #held = 0;

  /** @param most bytes */
  constructor(most: number) {
    this.#most = most;
  }

  /** Of all bodies together. */
  get held(): number {
    return this.#held;
  }

  /**
   * @param expected bytes that it has at most, if it keeps its word
   * @param onGivenUp the body has been given up: its bytes are gone, and more of it are not taken
   */
  body(expected: number, onGivenUp: (problem: Unavailable) => void): Body {
    const body = new Body(this, expected, onGivenUp);
    this.#coming.add(body);
    return body;
  }

  /** Counts what a body grows by. @returns whether there is room for it; if not, the body has been given up */
  grow(body: Body, bytes: number): boolean {
    while (this.#held + bytes > this.#most) {
      const [oldest = body] = this.#coming;
      oldest.giveUp(
        new Unavailable(`the bodies of requests under way would take more than ${this.#most} bytes`, 2),
      );
      if (oldest === body) return false;
    }
    this.#held += bytes;
    return true;
  }

  /** Nothing more comes of a body. @param bytes of it that nobody needs any more */
  over(body: Body, bytes: number): void {
    this.#coming.delete(body);
    this.#held -= bytes;
  }
}

/** The bytes of one request's body. However small the pieces it comes in, it takes twice its size at most. */
export class Body {
  readonly #inFlight: BytesInFlight;
  readonly #expected: number;
  readonly #onGivenUp: (problem: Unavailable) => void;
  #buffer = Buffer.alloc(0);
  #size = 0;
  #ended = false;

  constructor(inFlight: BytesInFlight, expected: number, onGivenUp: (problem: Unavailable) => void) {
    this.#inFlight = inFlight;
    this.#expected = expected;
    this.#onGivenUp = onGivenUp;
  }

  get size(): number {
    return this.#size;
  }

  add(piece: Buffer): void {
    if (this.#ended) return;
    const size = this.#size + piece.length;
    if (size > this.#buffer.length) {
      const capacity = Math.max(size, Math.min(size * 2, this.#expected));
      if (!this.#inFlight.grow(this, capacity - this.#buffer.length)) return;
      const grown = Buffer.allocUnsafeSlow(capacity);
      this.#buffer.copy(grown, 0, 0, this.#size);
      this.#buffer = grown;
    }
    piece.copy(this.#buffer, this.#size);
    this.#size = size;
  }

  /** All that came; nothing more comes. */
  whole(): Buffer {
    this.#inFlight.over(this, 0);
    return this.#buffer.subarray(0, this.#size);
  }

  giveUp(problem: Unavailable): void {
    this.end();
    this.#onGivenUp(problem);
  }

  /** Nobody needs its bytes any more. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#inFlight.over(this, this.#buffer.length);
    this.#buffer = Buffer.alloc(0);
  }
}
