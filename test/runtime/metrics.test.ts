import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { Engine } from '../../src/engine/engine.ts';
import { Metrics } from '../../src/runtime/metrics.ts';

/** As much of an engine as is measured; its log answers when it is told to. */
function measuredEngine(id: string, state: Engine['state'] = 'ready') {
  const asked: (() => void)[] = [];
  const counts = () =>
    new Promise((resolve) => asked.push(() => resolve({ waiting: 7, running: 0, parked: 0 })));
  const engine = {
    id,
    state,
    log: () => (state === 'starting' ? new Promise(() => undefined) : Promise.resolve({ counts })),
    handlers: async () => [],
  } as unknown as Engine;
  const answer = async (): Promise<void> => {
    await turn();
    asked.shift()?.();
    await turn();
  };
  return { engine, answer };
}

describe('metrics', () => {
  it('tell two that ask at the same time of every registry', async () => {
    const metrics = new Metrics();
    const quick = measuredEngine('quick');
    const slow = measuredEngine('slow');
    const first = metrics.text([quick.engine, slow.engine], []);
    await quick.answer();
    const second = metrics.text([quick.engine, slow.engine], []);
    await slow.answer();
    await slow.answer();
    await quick.answer();
    for (const text of [await first, await second])
      for (const registry of ['quick', 'slow'])
        assert.match(text, new RegExp(`^provisioning_events_waiting{registry="${registry}"} 7$`, 'm'));
  });

  it('count from 0, so that the first failures are an increase', async () => {
    const { engine, answer } = measuredEngine('one');
    const crm = { config: { id: 'crm', name: 'CRM' }, status: 'enabled' };
    Object.assign(engine, { handlers: async () => [crm], circuitOf: () => ({ state: 'closed' }) });
    const told = new Metrics().text([engine], []);
    await answer();
    const text = await told;
    for (const status of ['succeeded', 'failed', 'skipped', 'passed_by', 'cancelled', 'parked'])
      assert.match(
        text,
        new RegExp(
          `^provisioning_executions_total{registry="one",handler="crm",name="CRM",status="${status}"} 0$`,
          'm',
        ),
      );
    assert.doesNotMatch(text, /status="(?:running|pending)"/);
  });

  it('do not wait for a registry whose journal is being opened', async () => {
    const ready = measuredEngine('ready');
    const told = new Metrics().text([measuredEngine('late', 'starting').engine, ready.engine], ['wrong']);
    await ready.answer();
    const text = await told;
    assert.match(text, /^provisioning_registry_up\{registry="late"\} 0$/m);
    assert.match(text, /^provisioning_registry_up\{registry="wrong"\} 0$/m);
    assert.match(text, /^provisioning_events_waiting\{registry="ready"\} 7$/m);
  });
});
