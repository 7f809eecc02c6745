import assert from 'node:assert/strict';
import { withTemplates } from '../../scripts/dashboard.ts';
import { dashboardFlow } from '../support/dashboard.ts';
import { definitionsIn, readText } from '../support/package.ts';

/** What every node has, whatever its type. */
const placed = ['id', 'type', 'z', 'g', 'x', 'y', 'wires'];

const ofType = (type: string) => dashboardFlow.filter((node) => node.type === type);

describe('the flow of the dashboard', () => {
  const ids = new Set(dashboardFlow.map(({ id }) => id));

  it('has the pages as their files are', async () => {
    assert.deepEqual(await withTemplates(dashboardFlow), dashboardFlow, 'run: node scripts/dashboard.ts');
  });

  it('holds all that its nodes refer to, but the registry, which is there already', () => {
    assert.equal(ids.size, dashboardFlow.length);
    for (const node of dashboardFlow) {
      const lists = [node['links'], node['nodes'], node['scope'], ...((node['wires'] ?? []) as string[][])];
      const single = [node['z'], node['g'], node['group'], node['page'], node['ui']];
      const named = [...(lists.flat().filter(Boolean) as string[]), ...single.filter(Boolean)];
      for (const other of [...named, ...(node.type === 'ui-page' ? [node['theme']] : [])])
        assert.ok(ids.has(String(other)), `${node.id}: ${other}`);
    }
    assert.deepEqual(
      ofType('provisioning-query').map(({ registry }) => registry),
      [''],
    );
  });

  it('has one query node, with the properties that its dialog shows', () => {
    const [definition] = definitionsIn(readText('dist/nodes/provisioning-query.html'));
    const [query] = ofType('provisioning-query');
    assert.ok(definition && query);
    const own = Object.keys(query).filter((property) => !placed.includes(property));
    assert.deepEqual(own.sort(), Object.keys(definition.defaults).sort());
  });

  it('can be read on the canvas: every node has a name, functions are short, comments say what to do', () => {
    for (const node of dashboardFlow) assert.ok(node['name'] || node['label'], node.id);
    for (const { id, func } of ofType('function')) assert.ok(String(func).split('\n').length <= 12, id);
    assert.ok(ofType('comment').length >= 3);
    for (const { id, info } of ofType('comment')) assert.ok(String(info).length > 100, id);
  });

  it('has every node of a group within its frame', () => {
    for (const { id, nodes, ...frame } of ofType('group')) {
      const [x, y, w, h] = ['x', 'y', 'w', 'h'].map((side) => Number(frame[side]));
      assert.ok(x !== undefined && y !== undefined && w !== undefined && h !== undefined);
      const members = dashboardFlow.filter(({ g }) => g === id);
      assert.deepEqual(members.map((node) => node.id).sort(), [...(nodes as string[])].sort());
      for (const node of members) {
        const [nodeX, nodeY] = [Number(node['x']), Number(node['y'])];
        assert.ok(nodeX > x && nodeX < x + w && nodeY > y && nodeY < y + h, `${node.id} in ${id}`);
      }
    }
  });

  it('shows nothing as HTML that comes from elsewhere', () => {
    for (const { id, format } of ofType('ui-template'))
      assert.doesNotMatch(String(format), /v-html|innerHTML|eval\(|new Function/, id);
    for (const { id, func } of ofType('function').filter(({ func }) => String(func).includes('payload:')))
      assert.match(String(func), /payload: asText\(/, id);
  });
});
