import fc from 'fast-check';
import type { Operation } from '../../../src/engine/store/sqlite/writer/protocol.ts';
import { anEvent, aTake } from '../../engine/store/store-contract.ts';
import { type Batch, histories } from '../operation-history.ts';

/** What a journal is asked for, one after the other. */
export type Act =
  /** Operations that are asked for at once. */
  | { readonly kind: 'history'; readonly batch: Batch }
  | { readonly kind: 'fixed'; readonly operations: readonly Operation[] }
  /** Another connection brings the write-ahead log into the file: the log begins anew. */
  | { readonly kind: 'checkpoint' }
  /** It is closed and opened again. */
  | { readonly kind: 'reopen' };

const at = 1_700_000_000_000;
/** So many settled drafts have their rows written. */
const manySettled = 70;

/** A load on a journal: the same one for the same seed. It ends with what is done last in any case. */
export function loadOf(seed: number, length: number): Act[] {
  const parts = fc.sample(histories, { seed, numRuns: Math.max(4, Math.ceil(length / 10)) });
  const acts = parts
    .flat()
    .slice(0, length)
    .map((batch): Act => ({ kind: 'history', batch }));
  const special: Act[] = [
    large(seed),
    burst(seed),
    { kind: 'checkpoint' },
    others(),
    prune(),
    { kind: 'reopen' },
    burst(seed + 1),
    large(seed + 1),
  ];
  const step = acts.length / (special.length + 1);
  return special.reduceRight<Act[]>(
    (all, act, index) => all.toSpliced(Math.round((index + 1) * step), 0, act),
    acts,
  );
}

/** Plain events, of which nobody hears but the log. */
function burst(seed: number): Act {
  const operations = Array.from({ length: manySettled }, (_, index): Operation => {
    const event = anEvent(`burst-${seed}-${index}`);
    return { name: 'take', args: [aTake(event, { links: [] })] };
  });
  return { kind: 'fixed', operations };
}

function large(seed: number): Act {
  const payload = JSON.stringify({ text: `large ${seed} `.repeat(4000) });
  return {
    kind: 'fixed',
    operations: [{ name: 'accept', args: [[anEvent(`large-${seed}`, { payload })], 1] }],
  };
}

/** What is kept besides events. */
function others(): Act {
  return {
    kind: 'fixed',
    operations: [
      {
        name: 'saveCircuit',
        args: [{ handler: 'a', state: 'open', since: at, error: 'HTTP 500' }, 'closed'],
      },
      { name: 'saveAlarm', args: [{ watch: 'watch', key: 'a', alarm: '{}' }] },
      { name: 'keepBook', args: ['{"handlers":[]}'] },
    ],
  };
}

function prune(): Act {
  const asked = { settledBefore: null, keepSettled: 40, keysBefore: at, forMs: 60_000 };
  return { kind: 'fixed', operations: [{ name: 'prune', args: [asked] }] };
}
