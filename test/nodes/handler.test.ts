import assert from 'node:assert/strict';
import { fewNodes } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { executor, httpHandler, registry, tab } from '../support/provisioning-flow.ts';

describe('a handler', function () {
  this.timeout(30_000);
  const handler = (id: string, of: string): FlowNode =>
    httpHandler('http://127.0.0.1:1/', { id, name: `Handler ${id}`, registry: of });
  const flows = [
    tab,
    registry(),
    registry({ id: 'refused', name: 'Refused', concurrency: 0 }),
    handler('homeless', ''),
    handler('lost', 'registry-elsewhere'),
    handler('patient', 'refused'),
    handler('settled', 'registry'),
    executor(),
  ];
  let red: NodeRed;
  const toldOf = (id: string) => red.log.filter((line) => line.includes(`handler "Handler ${id}"`));

  before(async () => {
    red = await startNodeRed({ settings: fewNodes, flows });
  });
  after(() => red.kill9());

  it('without a deployed registry says so once, when flows have started, and what to do', async () => {
    await eventually('both have told', () => toldOf('homeless').length > 0 && toldOf('lost').length > 0);
    assert.match(
      toldOf('homeless')[0] ?? '',
      /registry: is missing: choose one in the dialog of the handler/,
    );
    assert.match(toldOf('lost')[0] ?? '', /registry: refers to no deployed registry: choose another one/);
  });

  it('says nothing more of a registry that is refused and tells by itself, or of one in force', () => {
    assert.deepEqual([...toldOf('patient'), ...toldOf('settled')], []);
  });

  it('says so again with each start of flows, as long as it is true', async () => {
    const moved = flows.map((node) => (node.id === 'executor' ? { ...node, name: 'renamed' } : node));
    await red.deploy(moved, 'nodes');
    await eventually('both have told', () => toldOf('lost').length === 2 && toldOf('homeless').length === 2);
    await red.deploy(
      moved.map((node) => (node.id === 'registry' ? { ...node, id: 'registry-elsewhere' } : node)),
      'full',
    );
    await eventually('the other one tells', () => toldOf('settled').length === 1);
    assert.deepEqual([toldOf('homeless').length, toldOf('lost').length], [3, 2]);
  });
});
