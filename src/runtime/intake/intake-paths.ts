import type { Guard } from './guard.ts';

/** An event node that receives at a path. */
export interface Claimant {
  /** The event node's id. */
  readonly node: string;
  readonly label: string;
  readonly registry: string;
  readonly guard: Guard;
  /** Its turn at the path, or who has it instead; told when flows have started and it changed. */
  onPlace(first: Claimant): void;
}

interface Claim {
  claimant: Claimant;
  gone: boolean;
  /** Whom its node was last told of. */
  told: Claimant | undefined;
}

/**
 * Which event node receives at which path. A path belongs to the first node that claims it, and goes to the next
 * one when flows have started without that: in the midst of a deploy a node is gone only to come back, and what it
 * accepted in between is emitted when it has.
 */
export class IntakePaths {
  /** By path, then by node in the order of the claims. */
  readonly #claims = new Map<string, Map<string, Claim>>();

  /** @param path normalised */
  find(path: string): Claimant | undefined {
    const [first] = this.#claims.get(path)?.values() ?? [];
    return first?.claimant;
  }

  /** @returns what gives the claim up */
  claim(path: string, claimant: Claimant): () => void {
    const claims = this.#claims.get(path) ?? new Map<string, Claim>();
    this.#claims.set(path, claims);
    const claim: Claim = { claimant, gone: false, told: undefined };
    // A node that comes back takes the place it had.
    claims.set(claimant.node, claim);
    return () => {
      claim.gone = true;
    };
  }

  /** Flows have started: whoever is gone stays away. */
  settle(): void {
    for (const [path, claims] of this.#claims) {
      for (const [node, { gone }] of claims) if (gone) claims.delete(node);
      if (claims.size === 0) this.#claims.delete(path);
      const [first] = claims.values();
      for (const claim of claims.values()) {
        if (!first || claim.told === first.claimant) continue;
        claim.told = first.claimant;
        claim.claimant.onPlace(first.claimant);
      }
    }
  }
}
