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
    const body: Body = new Body(expected, {
      grow: (bytes) => this.#grow(body, bytes),
      end: (bytes) => {
        this.#coming.delete(body);
        this.#held -= bytes;
      },
      whole: () => this.#coming.delete(body),
      onGivenUp,
    });
    this.#coming.add(body);
    return body;
  }

  #grow(body: Body, bytes: number): void {
    while (this.#held + bytes > this.#most) {
      const [oldest = body] = this.#coming;
      oldest.giveUp(
        new Unavailable(`the bodies of requests under way would take more than ${this.#most} bytes`, 2),
      );
      if (oldest === body) return;
    }
    this.#held += bytes;
  }
}

interface Account {
  grow(bytes: number): void;
  /** @param bytes that it has grown by until now */
  end(bytes: number): void;
  whole(): void;
  onGivenUp(problem: Unavailable): void;
}

/** The bytes of one request's body. However small the pieces it comes in, it takes twice its size at most. */
export class Body {
  readonly #expected: number;
  readonly #account: Account;
  #buffer = Buffer.alloc(0);
  #size = 0;
  #ended = false;

  constructor(expected: number, account: Account) {
    this.#expected = expected;
    this.#account = account;
  }

  get size(): number {
    return this.#size;
  }

  add(piece: Buffer): void {
    if (this.#ended) return;
    const size = this.#size + piece.length;
    if (size > this.#buffer.length && !this.#grow(Math.max(size, Math.min(size * 2, this.#expected)))) return;
    piece.copy(this.#buffer, this.#size);
    this.#size = size;
  }

  /** All that came; nothing more comes. */
  whole(): Buffer {
    this.#account.whole();
    return this.#buffer.subarray(0, this.#size);
  }

  giveUp(problem: Unavailable): void {
    this.end();
    this.#account.onGivenUp(problem);
  }

  /** Nobody needs its bytes any more. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#account.end(this.#buffer.length);
    this.#buffer = Buffer.alloc(0);
  }

  /** @returns whether there is room for it */
  #grow(capacity: number): boolean {
    this.#account.grow(capacity - this.#buffer.length);
    if (this.#ended) return false;
    const grown = Buffer.allocUnsafeSlow(capacity);
    this.#buffer.copy(grown, 0, 0, this.#size);
    this.#buffer = grown;
    return true;
  }
}
