import assert from 'node:assert/strict';
import type { Sign } from '../../../src/engine/words/diagnosis.ts';
import { refusedHandler } from '../../../src/engine/words/handler.ts';
import { findingOf } from '../../../src/runtime/doctor/findings.ts';
import { checkHandlers } from '../../../src/runtime/doctor/handlers.ts';
import { checkRegistry, type RegistryFacts } from '../../../src/runtime/doctor/registries.ts';
import { factsOf, found, registry } from '../../support/doctor.ts';

describe('the doctor on registries and handlers', () => {
  const facts: RegistryFacts = {
    registry,
    state: 'ready',
    problem: null,
    handlers: 2,
    eventNodes: 1,
    executors: 1,
    damaged: [],
  };
  const check = (changes: Partial<RegistryFacts> = {}) => found(checkRegistry({ ...facts, ...changes }));

  it('tells what keeps a registry from delivering', () => {
    assert.deepEqual(check(), ['ok registries.inForce']);
    assert.deepEqual(check({ problem: 'the disk is full' }), ['error registries.troubled']);
    assert.deepEqual(check({ state: 'error' }), ['error registries.troubled']);
    assert.deepEqual(check({ state: 'starting' }), ['notice registries.starting']);
    assert.deepEqual(check({ executors: 0 }), ['warning registries.noExecutor']);
    assert.deepEqual(check({ executors: 0, eventNodes: 0 }), ['ok registries.inForce']);
  });

  it('tells of damage once, for as long as the files stand there', () => {
    const damaged = ['/f/journal.sqlite.damaged-2026'];
    assert.deepEqual(check({ damaged }), ['warning registries.damaged']);
    assert.deepEqual(check({ damaged, problem: `it has been moved to ${damaged[0]}` }), [
      'warning registries.damaged',
    ]);
    assert.deepEqual(check({ damaged, problem: 'the disk is full' }), [
      'error registries.troubled',
      'warning registries.damaged',
    ]);
  });

  it('tells which handlers are refused, and why', () => {
    const config = refusedHandler({ id: 'handler', name: 'CRM' }, 'url: is missing');
    assert.ok(config);
    const refused = { ...factsOf({ handlerType: 'flow' }), config };
    const [first, second] = checkHandlers(
      [factsOf({ handlerType: 'flow' }), refused],
      ['stands in a subflow'],
    );
    assert.deepEqual(found([first, second] as Sign[]), ['error handlers.refused', 'error handlers.refused']);
    assert.deepEqual([first?.handler?.number, findingOf(first as Sign).remedy], [3, 'url: is missing']);
  });
});
