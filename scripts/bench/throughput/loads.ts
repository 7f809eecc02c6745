import type { Load } from './entrants.ts';

export const sizes = { small: 300, middle: 4096, large: 65_536 } as const;

/** Events through chains of so many handlers. */
export const chains = {
  one: { handlers: 1, bytes: sizes.small, inFlight: 64, count: 6000 },
  three: { handlers: 3, bytes: sizes.small, inFlight: 64, count: 2000 },
  ten: { handlers: 10, bytes: sizes.small, inFlight: 64, count: 500 },
  hundred: { handlers: 100, bytes: sizes.small, inFlight: 64, count: 128 },
  middle: { handlers: 1, bytes: sizes.middle, inFlight: 64, count: 1500 },
  large: { handlers: 1, bytes: sizes.large, inFlight: 64, count: 400 },
  alone: { handlers: 1, bytes: sizes.small, inFlight: 1, count: 300 },
  crowded: { handlers: 1, bytes: sizes.small, inFlight: 256, count: 3000 },
} as const satisfies Record<string, Load & { handlers: number }>;
export type ChainName = keyof typeof chains;

/** `http request`, then `file`. */
export const stock = {
  stock: { bytes: sizes.small, inFlight: 64, count: 1500 },
  'stock-kept-alive': { bytes: sizes.small, inFlight: 64, count: 1500 },
  'stock-middle': { bytes: sizes.middle, inFlight: 64, count: 1000 },
  'stock-large': { bytes: sizes.large, inFlight: 64, count: 500 },
} as const satisfies Record<string, Load>;
export type StockName = keyof typeof stock;

/** Bare posts; the JSON of each is made for it, unless it is prepared. */
export const posts = {
  post: { bytes: sizes.small, inFlight: 64, count: 15_000 },
  'post-middle': { bytes: sizes.middle, inFlight: 64, count: 6000 },
  'post-large': { bytes: sizes.large, inFlight: 64, count: 2000 },
  'post-large-prepared': { bytes: sizes.large, inFlight: 64, count: 2000, prepared: true },
  'post-alone': { bytes: sizes.small, inFlight: 1, count: 4000 },
  'post-crowded': { bytes: sizes.small, inFlight: 256, count: 12_000 },
} as const satisfies Record<string, Load & { prepared?: true }>;
export type PostName = keyof typeof posts;
