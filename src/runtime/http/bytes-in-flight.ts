import { Unavailable } from '../../engine/words/errors.ts';
import { TransientSet } from '../../engine/words/transient-map.ts';

const nothing = Buffer.alloc(0);

/** The bytes of one request's body. However small the pieces it comes in, it takes twice its size at most. */
export interface Body {
  readonly size: number;
  add(piece: Buffer): void;
  /** All that came; nothing more comes. */
  whole(): Buffer;
  /** Nobody needs its bytes any more. */
  end(): void;
}

/**
 * Bounds the memory that the bodies of requests take together, from their first byte until they are answered.
 * When it is full, the body that has been coming longest is given up: who sends as fast as the line allows gets
 * through, however many others hold back their last byte.
 */
export class BytesInFlight {
  readonly #most: number;
  /** What gives up each body that is still coming, oldest first. */
  readonly #coming = new TransientSet<() => void>();
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
    let buffer = nothing;
    let size = 0;
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      this.#coming.delete(giveUp);
      this.#held -= buffer.length;
      buffer = nothing;
    };
    const giveUp = (): void => {
      end();
      onGivenUp(
        new Unavailable(`the bodies of requests under way would take more than ${this.#most} bytes`, 2),
      );
    };
    const add = (piece: Buffer): void => {
      if (ended) return;
      const needed = size + piece.length;
      if (needed > buffer.length) {
        const capacity = Math.max(needed, Math.min(needed * 2, expected));
        while (this.#held + capacity - buffer.length > this.#most) {
          const [giveUpOldest = giveUp] = this.#coming;
          giveUpOldest();
          if (ended) return;
        }
        this.#held += capacity - buffer.length;
        const grown = Buffer.allocUnsafeSlow(capacity);
        buffer.copy(grown, 0, 0, size);
        buffer = grown;
      }
      piece.copy(buffer, size);
      size = needed;
    };
    const whole = (): Buffer => {
      this.#coming.delete(giveUp);
      return buffer.subarray(0, size);
    };
    this.#coming.add(giveUp);
    return {
      get size() {
        return size;
      },
      add,
      whole,
      end,
    };
  }
}
