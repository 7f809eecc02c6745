import assert from 'node:assert/strict';
import { Problem } from '../../../src/engine/delivery/problem.ts';

describe('what is wrong with a registry', () => {
  it('is told as it is, and at each change until nobody wants to know', () => {
    const problem = new Problem();
    problem.become('the disk is full');
    const told: (string | null)[] = [];
    const end = problem.observe((text) => told.push(text));
    problem.become('the disk is full');
    problem.become(null);
    end();
    problem.become('again');
    assert.deepEqual(told, ['the disk is full', null]);
    assert.equal(problem.text, 'again');
  });
});
