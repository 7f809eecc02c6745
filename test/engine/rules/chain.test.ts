import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  eventOutcomeOf,
  outcomeOf,
  revivedIn,
  skippedIn,
  type Turn,
  turnOf,
} from '../../../src/engine/rules/chain.ts';
import { type ExecutionStatus, executionStatuses } from '../../../src/engine/words/execution.ts';

/** `failed parked! pending`: the statuses in chain order, with `!` after those of handlers that stop the chain. */
const chain = (text: string): Turn[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((place) => ({
      status: place.replace('!', '') as ExecutionStatus,
      stop: place.endsWith('!'),
    }));

describe('whose turn it is in a chain', () => {
  for (const [places, turn] of [
    ['', undefined],
    ['pending pending', 0],
    ['running pending', 0],
    ['succeeded pending', 1],
    ['succeeded! pending', 1],
    ['succeeded running pending', 1],
    ['failed pending', 1],
    ['parked pending', 1],
    ['cancelled pending', 1],
    ['failed parked succeeded! pending', 3],
    ['failed! pending', undefined],
    ['parked! pending', undefined],
    ['cancelled! pending', undefined],
    ['skipped! pending', undefined],
    ['succeeded parked! pending pending', undefined],
    ['failed succeeded', undefined],
    ['succeeded parked', undefined],
  ] as const)
    it(`after "${places}" is ${turn === undefined ? "nobody's: the first pass is over" : `that of place ${turn}`}`, () => {
      assert.equal(turnOf(chain(places)), turn);
    });
});

describe('the places that are skipped', () => {
  for (const [places, skipped] of [
    ['failed pending', []],
    ['failed! pending pending', [1, 2]],
    ['cancelled! pending', [1]],
    ['parked! pending', []],
    ['succeeded! pending', []],
    ['running! pending', []],
    ['parked failed! pending', [2]],
    ['failed! pending pending! pending', [1, 2, 3]],
    ['failed! succeeded parked pending', [3]],
  ] as const)
    it(`after "${places}" are ${skipped.length > 0 ? skipped.join(', ') : 'none'}`, () => {
      assert.deepEqual(skippedIn(chain(places)), skipped);
    });
});

describe('the places that a replay gives their turn after all', () => {
  for (const [places, revived] of [
    ['succeeded! skipped skipped', [1, 2]],
    ['failed! skipped', []],
    ['parked! skipped', []],
    ['running! skipped', []],
    ['failed skipped', [1]],
    ['succeeded! skipped failed! skipped', [1]],
    ['succeeded! succeeded failed', []],
  ] as const)
    it(`in "${places}" are ${revived.length > 0 ? revived.join(', ') : 'none'}`, () => {
      assert.deepEqual(revivedIn(chain(places)), revived);
    });
});

describe('what a chain has come to', () => {
  for (const [places, message, event] of [
    ['succeeded succeeded', 'succeeded', 'succeeded'],
    ['succeeded failed', 'failed', 'failed'],
    ['failed! skipped', 'failed', 'failed'],
    ['succeeded parked', 'parked', 'parked'],
    ['parked! pending', 'parked', 'parked'],
    ['failed parked', 'failed', 'parked'],
    ['failed parked! pending', 'failed', 'parked'],
    ['succeeded cancelled', 'failed', 'cancelled'],
    ['failed cancelled', 'failed', 'failed'],
    ['cancelled parked', 'failed', 'parked'],
  ] as const)
    it(`"${places}" is a message that says ${message}, and an event that is ${event}`, () => {
      assert.equal(outcomeOf(chain(places)), message);
      assert.equal(eventOutcomeOf(chain(places)), event);
    });
});

describe('any chain', () => {
  const endings = ['succeeded', 'failed', 'parked', 'cancelled'] as const;
  const scripts = fc.array(fc.record({ ends: fc.constantFrom(...endings), stop: fc.boolean() }), {
    maxLength: 8,
  });

  /** Runs a first pass: each handler whose turn it is ends as its script says. */
  const firstPass = (script: readonly { ends: ExecutionStatus; stop: boolean }[]) => {
    const places = script.map(({ stop }) => ({ status: 'pending' as ExecutionStatus, stop }));
    const called: number[] = [];
    for (let turn = turnOf(places); turn !== undefined; turn = turnOf(places)) {
      const [place, handler] = [places[turn], script[turn]];
      assert.ok(place && handler && place.status === 'pending', 'a turn is of somebody not yet called');
      place.status = handler.ends;
      called.push(turn);
    }
    for (const skipped of skippedIn(places)) {
      const place = places[skipped];
      if (place) place.status = 'skipped';
    }
    return { places, called };
  };

  it('calls its handlers in order, up to the first that stops it', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const stopped = script.findIndex(({ ends, stop }) => stop && ends !== 'succeeded');
        const end = stopped < 0 ? script.length : stopped + 1;
        assert.deepEqual(firstPass(script).called, [...script.keys()].slice(0, end));
      }),
    );
  });

  it('ends with nobody pending, unless it waits on a handler that stops it', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { places, called } = firstPass(script);
        const waits = script[called.length - 1]?.ends === 'parked' && script[called.length - 1]?.stop;
        const rest = new Set(places.slice(called.length).map(({ status }) => status));
        if (called.length < places.length) assert.deepEqual([...rest], [waits ? 'pending' : 'skipped']);
      }),
    );
  });

  it('says succeeded exactly when each of its handlers did', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { places } = firstPass(script);
        const all = places.every(({ status }) => status === 'succeeded');
        assert.equal(outcomeOf(places) === 'succeeded', all);
        assert.equal(eventOutcomeOf(places) === 'succeeded', all);
      }),
    );
  });

  it('is settled exactly when none of its executions waits', () => {
    const places = fc.array(fc.record({ status: fc.constantFrom(...executionStatuses), stop: fc.boolean() }));
    fc.assert(
      fc.property(places, (all) => {
        const waits = all.some(({ status }) => ['pending', 'running', 'parked'].includes(status));
        assert.equal(eventOutcomeOf(all) === 'parked', waits);
      }),
    );
  });

  it('runs whatever was skipped once what stopped it has been replayed with success', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const { places } = firstPass(script);
        const replayed = places.map((place) =>
          place.stop ? { ...place, status: 'succeeded' as const } : place,
        );
        const skipped = [...replayed.keys()].filter((place) => replayed[place]?.status === 'skipped');
        assert.deepEqual(revivedIn(replayed), skipped);
      }),
    );
  });
});
