import assert from 'node:assert/strict';
import { normalisePath } from '../../../src/engine/words/intake-path.ts';

describe('paths of the intake', () => {
  it('are the same however a sender writes them', () => {
    for (const written of [
      '/zähler',
      '/z%C3%A4hler',
      '/z%c3%a4hler/',
      '//z%C3%a4hler?a=%c3',
      'http://host/zähler',
    ])
      assert.equal(normalisePath(written), '/z%C3%A4hler', written);
    assert.equal(normalisePath('/'), '/');
    assert.notEqual(normalisePath('/a%2Fb'), normalisePath('/a/b'));
  });
});
