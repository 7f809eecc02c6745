import fc from 'fast-check';

export const ids = ['a', 'b', 'c'] as const;
export type Id = (typeof ids)[number];
/** How a receiver answers. */
export type Health = 'fine' | 'dead' | 'refusing' | 'flaky' | 'hanging' | 'gone';
/** What the flow does with an event. */
export type Flow = 'pass' | 'drop' | 'twice' | 'late' | 'change';

/** A handler as it is deployed. */
export interface Configured {
  readonly id: Id;
  readonly stop: boolean;
  readonly priority: number;
  readonly retries: number;
  readonly status: 'enabled' | 'held' | 'disabled' | 'archived';
}

/** What a handler's condition does of events that do not meet it: all of one world have the same conditions. */
export type Condition = 'none' | 'row' | 'no row' | 'throws';
export type Conditions = Readonly<Record<Id, Condition>>;

export const conditions: fc.Arbitrary<Conditions> = fc.record({
  a: conditionOfAny(),
  b: conditionOfAny(),
  c: conditionOfAny(),
});

function conditionOfAny() {
  return fc.constantFrom<Condition>('none', 'none', 'none', 'row', 'no row', 'throws');
}

/** What may happen to a registry. */
export type Happening =
  | { readonly do: 'send'; readonly object: number; readonly flow: Flow; readonly meets: boolean }
  | { readonly do: 'fire'; readonly object: number; readonly meets: boolean }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'health'; readonly handler: Id; readonly health: Health }
  | {
      readonly do: 'switch';
      readonly handler: Id;
      readonly status: 'enabled' | 'held' | 'disabled';
      /** Until it ends by itself. */
      readonly seconds?: number | undefined;
    }
  | { readonly do: 'hold'; readonly seconds?: number | undefined }
  | { readonly do: 'release' }
  | { readonly do: 'close'; readonly handler: Id }
  | { readonly do: 'deploy'; readonly handlers: readonly Configured[] }
  | { readonly do: 'pause' | 'resume' | 'crash' | 'stop' | 'answer' | 'deliver late' }
  | { readonly do: 'replay' | 'cancel'; readonly pick: number }
  | { readonly do: 'replay events' }
  | { readonly do: 'deliver'; readonly handler: Id }
  | { readonly do: 'clock'; readonly hours: number }
  | WriterEnds;

/** The journal's threads end by themselves, so many turns of the event loop after something was begun. */
export interface WriterEnds {
  readonly do: 'writer ends';
  readonly during: 'nothing' | 'send' | 'fire' | 'answer';
  readonly turns: number;
  readonly object: number;
  /** What happens before the journal is open again. */
  readonly meanwhile: 'nothing' | 'answer' | 'pause' | 'deploy';
}

const configured = (id: Id) =>
  fc.record<Configured>({
    id: fc.constant(id),
    stop: fc.boolean(),
    priority: fc.integer({ min: 1, max: 3 }),
    retries: fc.integer({ min: 0, max: 3 }),
    status: fc.constantFrom('enabled', 'enabled', 'enabled', 'enabled', 'held', 'disabled', 'archived'),
  });

/** Any of the handlers. */
export const deployed: fc.Arbitrary<Configured[]> = fc
  .tuple(...ids.map((id) => fc.option(configured(id), { freq: 5, nil: undefined })))
  .map((all) => all.filter((one) => one !== undefined));

const object = fc.integer({ min: 1, max: 3 });
/** Whether the event meets the handlers' conditions. */
const meets = fc.boolean();
const handler = fc.constantFrom(...ids);
const span = fc.constantFrom(undefined, 3, 70, 600, 7200);
const health = fc.constantFrom<Health>(
  'fine',
  'fine',
  'dead',
  'refusing',
  'flaky',
  'hanging',
  'gone',
  'gone',
);

export const happening: fc.Arbitrary<Happening> = fc.oneof(
  weighing(10, {
    do: fc.constant('send'),
    object,
    meets,
    flow: fc.constantFrom<Flow>('pass', 'pass', 'pass', 'drop', 'twice', 'late', 'change'),
  }),
  weighing(2, { do: fc.constant('fire'), object, meets }),
  weighing(5, { do: fc.constant('wait'), seconds: fc.constantFrom(1, 5, 31, 70, 400) }),
  weighing(4, { do: fc.constant('health'), handler, health }),
  weighing(4, {
    do: fc.constant('switch'),
    handler,
    status: fc.constantFrom('enabled', 'held', 'disabled'),
    seconds: span,
  }),
  weighing(2, { do: fc.constant('hold'), seconds: span }),
  weighing(2, { do: fc.constant('release') }),
  weighing(1, { do: fc.constant('close'), handler }),
  weighing(2, { do: fc.constant('deploy'), handlers: deployed }),
  weighing(4, { do: fc.constantFrom('crash', 'crash', 'stop', 'answer', 'answer', 'deliver late') }),
  weighing(2, { do: fc.constantFrom('pause', 'resume', 'resume') }),
  weighing(2, { do: fc.constantFrom('replay', 'cancel'), pick: fc.nat({ max: 50 }) }),
  weighing(2, { do: fc.constant('replay events') }),
  weighing(2, { do: fc.constant('deliver'), handler }),
  weighing(1, { do: fc.constant('clock'), hours: fc.constantFrom(-1, 24) }),
  weighing(1, {
    do: fc.constant('writer ends'),
    during: fc.constantFrom('nothing', 'send', 'fire', 'answer'),
    turns: fc.nat({ max: 8 }),
    object,
    meanwhile: fc.constantFrom('nothing', 'answer', 'pause', 'deploy'),
  }),
);

function weighing(
  weight: number,
  shape: { readonly [name: string]: fc.Arbitrary<unknown> },
): fc.WeightedArbitrary<Happening> {
  return { weight, arbitrary: fc.record(shape) as fc.Arbitrary<unknown> as fc.Arbitrary<Happening> };
}
