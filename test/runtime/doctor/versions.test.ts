import assert from 'node:assert/strict';
import { checkVersions, isWithin } from '../../../src/runtime/doctor/versions.ts';
import { found } from '../../support/doctor.ts';

describe('the doctor on versions', () => {
  const supported = { node: '^22.19 || >=24', nodeRed: '>=4.1.0' };
  const versions = { package: '1.0.0', node: '24.21.0', nodeRed: '5.0.7', system: 'linux x64' };

  it('knows what package.json asks for', () => {
    const isSupported = (version: string) => isWithin(version, supported.node);
    assert.deepEqual(
      ['22.19.0', '22.20.1', '24.0.0', '25.1.0', 'v24.1.0'].filter((one) => !isSupported(one)),
      [],
    );
    assert.deepEqual(['22.18.9', '23.5.0', '20.19.0', '18.0.0'].filter(isSupported), []);
    assert.equal(isWithin('5.0.0-beta.1', supported.nodeRed), true);
    assert.equal(isWithin('4.0.9', supported.nodeRed), false);
  });

  it('warns of those that are not supported, and names the others', () => {
    assert.deepEqual(found(checkVersions(versions, supported)), ['ok versions.known']);
    assert.deepEqual(found(checkVersions({ ...versions, node: '20.1.0', nodeRed: '3.1.0' }, supported)), [
      'warning versions.node',
      'warning versions.nodeRed',
      'ok versions.known',
    ]);
  });
});
