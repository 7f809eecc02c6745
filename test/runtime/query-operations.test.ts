import assert from 'node:assert/strict';
import { InvalidInput } from '../../src/engine/words/errors.ts';
import { operationKinds, operationNames } from '../../src/engine/words/operation.ts';
import { operations } from '../../src/runtime/operations/operations.ts';
import { askedIn } from '../../src/runtime/query/question.ts';
import { hostileValues } from '../support/hostile-values.ts';
import { readText } from '../support/package.ts';

const docs = readText('docs/nodes.md');

/** What is wrong with a payload: the fields, and what is said of them. */
function issuesOf(name: (typeof operationNames)[number], payload: object): readonly string[] {
  try {
    askedIn(name, { payload });
    return [];
  } catch (error) {
    assert.ok(error instanceof InvalidInput);
    return error.issues.map(({ field, message }) => `${field} ${message}`);
  }
}

describe('the operations of a query node', () => {
  for (const name of operationNames) {
    const takes = operationKinds[name].takes.split(', ').filter(Boolean);

    it(`${name} takes what its dialog says, and nothing else`, () => {
      const given = Object.fromEntries(takes.map((parameter) => [parameter.replace('?', ''), {}]));
      const { on } = operations[name];
      const id = on && { [on]: 'some id' };
      const unknown = issuesOf(name, { ...given, ...id, other: 1 }).filter((issue) =>
        /is not known/.test(issue),
      );
      assert.deepEqual(
        unknown.map((issue) => issue.split(' ')[0]),
        ['other'],
      );
    });

    it(`${name} says of whatever it can not take what is wrong with it`, () => {
      const odd = [
        ...hostileValues,
        0,
        -1,
        1.5,
        Number.NaN,
        true,
        null,
        [],
        [[]],
        {},
        { a: { b: [null] } },
        [null],
      ];
      for (const parameter of takes)
        for (const value of odd) issuesOf(name, { [parameter.replace('?', '')]: value });
      for (const value of [...hostileValues, true, [], [{}], () => undefined, Buffer.from('{}')])
        assert.match(issuesOf(name, value as object).join(), /^payload must be an object/);
    });

    it(`${name} needs what its dialog says`, () => {
      const needed = takes.filter((parameter) => !parameter.endsWith('?'));
      if (needed.length === 0) assert.deepEqual(issuesOf(name, {}), []);
      for (const parameter of needed) {
        const others = Object.fromEntries(
          needed.filter((one) => one !== parameter).map((one) => [one, one === 'filter' ? {} : 'held']),
        );
        assert.match(
          issuesOf(name, others).join(),
          new RegExp(`^${parameter} (?:is missing|must be)`),
          parameter,
        );
      }
    });

    it(`${name} has the columns that the reference names`, () => {
      const columns = operations[name].columns.map((column) =>
        column.replace(/\.(\w)/g, (_, first: string) => first.toUpperCase()),
      );
      assert.deepEqual(columns, [...new Set(columns)]);
      if (columns.length > 2) assert.ok(docs.includes(`\`${columns.join(', ')}\``), columns.join(', '));
      assert.ok(docs.includes(`\`${name}\``));
    });
  }
});
