import assert from 'node:assert/strict';
import type { NodeAPI, NodeDef } from 'node-red';
import { Unavailable } from '../../src/engine/words/errors.ts';
import { requireEngine } from '../../src/runtime/node-home.ts';
import type { Provisioning } from '../../src/runtime/provisioning.ts';
import { refuseSubflow } from '../../src/runtime/subflows.ts';
import { issuesOf } from '../support/invalid.ts';

describe('a node that is known by its id', () => {
  const flow = [
    { id: 'tab', type: 'tab' },
    { id: 'sub', type: 'subflow' },
  ];
  const RED = {
    nodes: { eachNode: (callback: (node: object) => void) => flow.forEach(callback) },
  } as unknown as NodeAPI;
  const node = (properties: object) =>
    ({ id: 'h1', type: 'provisioning-handler', name: 'CRM', z: 'tab', ...properties }) as NodeDef;

  it('may stand in a tab, or nowhere', () => {
    assert.doesNotThrow(() => refuseSubflow(RED, node({})));
    assert.doesNotThrow(() => refuseSubflow(RED, node({ z: '' })));
  });

  for (const [where, properties] of [
    ['a subflow', { z: 'sub' }],
    ["a subflow's instance", { _alias: 'h0' }],
  ] as const)
    it(`is refused in ${where}`, () => {
      const issues = issuesOf(() => refuseSubflow(RED, node(properties)));
      assert.match(issues[''] ?? '', /can not stand in a subflow: move it to a tab, or make it global$/);
    });
});

describe('a node without an engine', () => {
  const provisioning = {
    engine: () => undefined,
    problemOf: (registry: string) =>
      registry === 'wrong' ? 'registry "A": concurrency: must be 1 at least' : undefined,
  } as unknown as Provisioning;

  it('is told to choose a registry', () => {
    assert.throws(
      () => requireEngine(provisioning, ''),
      (error) =>
        error instanceof Unavailable && /choose one in the node’s dialog and deploy$/.test(error.message),
    );
  });

  it('is told what is wrong with its registry', () => {
    assert.throws(() => requireEngine(provisioning, 'wrong'), {
      message: /^registry "A": concurrency: must be/,
    });
  });
});
