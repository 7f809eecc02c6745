import assert from 'node:assert/strict';
import type { Process } from '../../../../src/engine/targets/local/processes.ts';
import { membersOf } from '../../../../src/engine/targets/local/tree-members.ts';

const own = process.pid;
const base = 10_000_000;

/** A process of the ids given, all above those that a system gives. */
const made = (pid: number, parent: number, group: number, session?: number): Process => ({
  pid,
  parent,
  group,
  ...(session !== undefined && { session }),
  start: '1',
  dead: false,
});
const pidsOf = (all: readonly Process[]): number[] => all.map(({ pid }) => pid - base).sort((a, b) => a - b);

describe('the members of a process tree', () => {
  const init = made(1, 0, 1, 1);
  const nodeRed = made(own, 1, base + 1, base + 1);
  const root = made(base + 10, own, base + 10, base + 10);

  it('are its descendants, in whatever group and session', () => {
    const child = made(base + 11, base + 10, base + 11, base + 10);
    const grandchild = made(base + 12, base + 11, base + 12, base + 12);
    const other = made(base + 20, own, base + 20, base + 20);
    assert.deepEqual(
      pidsOf(membersOf([init, grandchild, child, nodeRed, other, root], [root])),
      [10, 11, 12],
    );
  });

  it('are those without a parent, too, that are of a group or session of theirs, and their children', () => {
    const ofGroup = made(base + 13, 1, base + 10, base + 10);
    const ofSession = made(base + 14, 1, base + 14, base + 10);
    const child = made(base + 15, base + 14, base + 15, base + 15);
    assert.deepEqual(
      pidsOf(membersOf([init, nodeRed, child, ofSession, ofGroup, root], [root])),
      [10, 13, 14, 15],
    );
  });

  it('are those of a group or session of theirs, too, when nobody is left who was known', () => {
    const ofGroup = made(base + 13, 1, base + 10, base + 10);
    const ofSession = made(base + 14, 1, base + 14, base + 10);
    const child = made(base + 15, base + 14, base + 15, base + 15);
    assert.deepEqual(pidsOf(membersOf([init, nodeRed, child, ofSession, ofGroup], [root])), [13, 14, 15]);
    const [leader, ...others] = [made(base + 20, base + 10, base + 20, base + 20), ofGroup, child];
    assert.deepEqual(pidsOf(membersOf([init, nodeRed, ...others], [root, leader])), [13]);
  });

  it('are none of those who were given the ids of a group, a session and a process that are over', () => {
    const anew = { ...root, start: '2' };
    const child = made(base + 11, base + 10, base + 10, base + 10);
    assert.deepEqual(
      membersOf([init, nodeRed, anew, child], [root, made(base + 9, 1, base + 10, base + 10)]),
      [],
    );
    assert.deepEqual(pidsOf(membersOf([init, nodeRed, anew], [{ ...root, start: '' }])), [10]);
  });

  it('are never this process, nor those of its group, nor the first process of all', () => {
    const beginning = made(base + 10, own, base + 1, base + 1);
    const neighbour = made(base + 30, 1, base + 1, base + 1);
    assert.deepEqual(pidsOf(membersOf([init, nodeRed, neighbour, beginning], [beginning])), [10]);
    const strange = [made(1, base + 10, base + 10), made(own, base + 10, base + 10)];
    assert.deepEqual(pidsOf(membersOf([...strange, root], [root])), [10]);
  });

  it('are none of those who are there when the first of them has gone with all of its tree', () => {
    assert.deepEqual(membersOf([init, nodeRed, root], []), []);
  });
});
