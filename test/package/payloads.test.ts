import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { builtIn } from '../../src/engine/words/catalogue.ts';
import { packageRoot, readJson } from '../support/package.ts';

describe('the example payloads', () => {
  it('are one for each event type of the catalogue, equal to its sample', () => {
    const files = readdirSync(join(packageRoot, 'samples/payloads'));
    const payloads = Object.fromEntries(
      files.map((file) => [file.replace(/\.json$/, ''), readJson(`samples/payloads/${file}`)]),
    );
    assert.equal(builtIn.length, 18);
    assert.deepEqual(payloads, Object.fromEntries(builtIn.map(({ id, sample }) => [id, sample])));
  });
});
