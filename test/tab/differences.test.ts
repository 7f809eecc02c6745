import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ExecutionDetails } from '../../src/engine/words/admin-answers.ts';
import type { AttemptRow } from '../../src/engine/words/execution.ts';
import { toldOf } from '../../src/tab/data/attempt-facts.ts';
import { type DifferenceLine, textDifference } from '../../src/tab/text/text-difference.ts';

const signs = { same: ' ', removed: '-', added: '+' };

function shown(line: DifferenceLine): string {
  if ('lines' in line) return `${line.kind} ${line.lines}`;
  const text = line.pieces.map((piece) => (piece.changed ? `[${piece.text}]` : piece.text)).join('');
  return `${signs[line.kind]}${text}`;
}

function lines(before: string, after: string): readonly DifferenceLine[] {
  const difference = textDifference(before, after);
  assert.equal(difference.kind, 'lines');
  return 'lines' in difference ? difference.lines : [];
}

describe('what differs between two texts', () => {
  it('is told of JSON by its values, however it is written', () => {
    assert.deepEqual(
      lines('{"state":"busy","number":7,"list":[1]}', '{ "number": 7, "list": [1, 2], "state": "done" }').map(
        shown,
      ),
      [
        ' {',
        '   "list": [',
        '-    1',
        '+    1[,]',
        '+    [2]',
        '   ],',
        '   "number": 7,',
        '-  "state": "[busy]"',
        '+  "state": "[done]"',
        ' }',
      ],
    );
    assert.equal(textDifference('{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}').kind, 'rewritten');
    assert.equal(textDifference('out of order', 'out of order').kind, 'same');
  });

  it('is not lost where numbers have more digits than a number holds', () => {
    assert.deepEqual(lines('{"id":90071992547409931}', '{"id":90071992547409932}').map(shown), [
      '-{"id":[90071992547409931]}',
      '+{"id":[90071992547409932]}',
    ]);
  });

  it('is told of other text by its words', () => {
    assert.deepEqual(
      lines('line 1\nthe host is down\nend', 'line 1\nthe host is up again\nend\nmore').map(shown),
      [' line 1', '-the host is [down]', '+the host is [up again]', ' end', '+more'],
    );
    assert.equal(textDifference('a\r\nb\r\n', 'a\nb').kind, 'rewritten');
    assert.deepEqual(lines('', 'one\ntwo').map(shown), ['+one', '+two']);
  });

  it('leaves out lines that are the same, and says how many', () => {
    const many = Array.from({ length: 50 }, (_, at) => `line ${at}`);
    assert.deepEqual(lines(many.join('\n'), many.with(25, 'another').join('\n')).map(shown), [
      'gap 23',
      ' line 23',
      ' line 24',
      '-line 25',
      '+another',
      ' line 26',
      ' line 27',
      'gap 22',
    ]);
  });

  it('has all of both texts, line by line', () => {
    const text = fc
      .array(fc.constantFrom('a b', 'b', '', ' c', '{', 'é 🎉 x'), { maxLength: 4 })
      .map((some) => some.join('\n').trimEnd());
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before !== after);
        const all = lines(before, after);
        const side = (kind: 'removed' | 'added') =>
          all
            .flatMap((line) => (line.kind === 'same' || line.kind === kind ? [line] : []))
            .map(({ pieces }) => pieces.map(({ text }) => text).join(''))
            .join('\n');
        assert.deepEqual([side('removed'), side('added')], [before, after]);
      }),
    );
  });

  it('stays short for texts as long as the log keeps them', () => {
    const words = (sign: string) =>
      Array.from({ length: 9000 }, (_, at) => `${sign}${at.toString(36)}${sign}`);
    const [one, other] = [words('a'), words('b')];
    assert.equal(textDifference(one.join('\n'), other.join('\n')).kind, 'tooMuch');
    const [removed, added] = lines(`same ${one.join(' ')} end`, `same ${other.join(' ')} end`);
    assert.ok(removed && added && !('lines' in removed));
    assert.deepEqual(
      [removed.pieces.at(0), removed.pieces.at(-1)],
      [
        { text: 'same ', changed: false },
        { text: ' end', changed: false },
      ],
    );
    const third = one.map((word, at) => (at % 60 === 0 ? `${word}!` : word));
    assert.deepEqual(lines(one.join('\n'), third.join('\n')).at(-1)?.kind, 'more');
  });
});

describe('what is told of an attempt', () => {
  const attempt = {
    requestHeaders: {},
    responseHeaders: {},
    sentBody: null,
    target: null,
    error: 'no answer',
    response: null,
  };
  const told = (type: string, changes: object = {}) =>
    toldOf({
      details: { handler: { type }, request: '{"event":{}}' } as ExecutionDetails,
      attempt: { ...attempt, ...changes } as unknown as AttemptRow,
    });

  it('claims nothing of a request that nobody knows', () => {
    const { target, sentHeaders, sentBody } = told('http');
    assert.deepEqual([target, sentHeaders, sentBody], [undefined, undefined, undefined]);
    assert.equal(told('local').sentBody, '{"event":{}}');
  });

  it('leaves out what is another one in each attempt', () => {
    const requestHeaders = { 'x-b': '2', 'provisioning-attempt': '1', 'webhook-timestamp': '5', 'x-a': '1' };
    assert.equal(told('http', { requestHeaders }).sentHeaders, 'x-a: 1\nx-b: 2');
    assert.equal(told('http', { requestHeaders, sentBody: '' }).sentBody, null);
  });
});
