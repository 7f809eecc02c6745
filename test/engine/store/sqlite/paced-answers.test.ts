import { strict as assert } from 'node:assert';
import { setImmediate as turn } from 'node:timers/promises';
import { PacedAnswers } from '../../../../src/engine/store/sqlite/paced-answers.ts';

describe('answers', () => {
  let answers: PacedAnswers;
  let given: number[];

  beforeEach(() => {
    answers = new PacedAnswers();
    given = [];
  });
  const add = (...sizes: number[]) => {
    for (const size of sizes) answers.add(size, () => given.push(size));
  };

  it('that are small are given at once, however many they are', () => {
    add(...Array.from({ length: 100 }, (_, index) => index));
    answers.give();
    assert.deepEqual(
      given,
      Array.from({ length: 100 }, (_, index) => index),
    );
  });

  it('that are large are given a few at a time, in their order, and what comes meanwhile after them', async () => {
    add(20_000, 20_000, 65_000, 1, 65_000);
    answers.give();
    assert.deepEqual(given, [20_000, 20_000]);
    add(2);
    answers.give();
    assert.deepEqual(given, [20_000, 20_000]);
    await turn();
    assert.deepEqual(given, [20_000, 20_000, 65_000]);
    await turn();
    assert.deepEqual(given, [20_000, 20_000, 65_000, 1, 65_000]);
    await turn();
    assert.deepEqual(given, [20_000, 20_000, 65_000, 1, 65_000, 2]);
    add(3);
    answers.give();
    assert.equal(given.at(-1), 3);
  });

  it('are given all at once where nobody can wait', async () => {
    add(65_000, 65_001, 65_002);
    answers.give();
    answers.giveAll();
    assert.deepEqual(given, [65_000, 65_001, 65_002]);
    await turn();
    add(1);
    answers.give();
    assert.deepEqual(given, [65_000, 65_001, 65_002, 1]);
  });
});
