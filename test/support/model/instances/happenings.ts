import fc from 'fast-check';
import {
  type Configured,
  deployed as deployedAnyhow,
  type Flow,
  type Health,
  type Id,
  ids,
} from '../happenings.ts';

/** What may happen to instances of one registry; `who` is one of those that there are then. */
export type Happening =
  | {
      readonly do: 'send';
      readonly who: number;
      readonly object: number;
      readonly flow: Flow;
      readonly meets: boolean;
    }
  /** Ms of the real time. */
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'health'; readonly handler: Id; readonly health: Health }
  | {
      readonly do: 'switch';
      readonly who: number;
      readonly handler: Id;
      readonly status: 'enabled' | 'held' | 'disabled';
    }
  | { readonly do: 'close'; readonly who: number; readonly handler: Id }
  | { readonly do: 'deploy'; readonly who: number; readonly handlers: readonly Configured[] }
  | { readonly do: 'replay' | 'cancel'; readonly who: number; readonly pick: number }
  | {
      readonly do: 'join' | 'leave' | 'die' | 'stand still' | 'cut' | 'recover' | 'answer' | 'deliver late';
      readonly who: number;
    };

/** Some of the handlers, or all: what an operator has switched is not what one of several flows says. */
export const deployed: fc.Arbitrary<readonly Configured[]> = deployedAnyhow.map((all) =>
  all.map((one) => ({ ...one, status: 'enabled' as const })),
);

const who = fc.nat({ max: 11 });
const handler = fc.constantFrom(...ids);

export const happening: fc.Arbitrary<Happening> = fc.oneof(
  weighing(12, {
    do: fc.constant('send'),
    who,
    object: fc.integer({ min: 1, max: 3 }),
    flow: fc.constantFrom<Flow>('pass', 'pass', 'pass', 'pass', 'drop', 'twice', 'late', 'change'),
    meets: fc.boolean(),
  }),
  weighing(5, { do: fc.constant('wait'), ms: fc.constantFrom(1, 20, 100, 400, 1200) }),
  weighing(3, {
    do: fc.constant('health'),
    handler,
    health: fc.constantFrom<Health>('fine', 'fine', 'dead', 'refusing', 'flaky', 'hanging', 'gone'),
  }),
  weighing(2, {
    do: fc.constant('switch'),
    who,
    handler,
    status: fc.constantFrom('enabled', 'held', 'disabled'),
  }),
  weighing(1, { do: fc.constant('close'), who, handler }),
  weighing(1, { do: fc.constant('deploy'), who, handlers: deployed }),
  weighing(1, { do: fc.constantFrom('replay', 'cancel'), who, pick: fc.nat({ max: 50 }) }),
  weighing(3, { do: fc.constantFrom('answer', 'answer', 'deliver late'), who }),
  weighing(4, { do: fc.constantFrom('join', 'join', 'leave', 'die'), who }),
  weighing(6, { do: fc.constantFrom('stand still', 'cut', 'recover', 'recover'), who }),
);

function weighing(
  weight: number,
  shape: { readonly [name: string]: fc.Arbitrary<unknown> },
): fc.WeightedArbitrary<Happening> {
  return { weight, arbitrary: fc.record(shape) as fc.Arbitrary<unknown> as fc.Arbitrary<Happening> };
}
