import { z } from 'zod';
import { upTo } from '../../engine/words/lengths.ts';

/** ISO 8601 writes no later year in four digits. */
const latest = Date.UTC(9999, 11, 31);
const error = 'must be a time such as 2026-01-31T18:00:00+01:00';

/** What goes with an operator's switch: why, and when it ends by itself (ms since the epoch). */
export const switchingFields = {
  reason: z.string().trim().refine(upTo(500), 'must have 500 characters at most').nullish(),
  until: z.iso
    .datetime({ offset: true, error })
    .transform((text) => Date.parse(text))
    .refine((ms) => ms <= latest, { error })
    .nullish(),
};

/** What a flat row says of an operator's switch. */
export const switchingColumns = ['status', 'by', 'at', 'reason', 'until'].map((name) => `override.${name}`);
