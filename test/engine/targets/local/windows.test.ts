import assert from 'node:assert/strict';
import { endTreesNow, startersVariables, treeEnding } from '../../../../src/engine/targets/local/windows.ts';

describe('the end of a tree without process groups', () => {
  for (const [pids, environment, expected] of [
    [[7], { SystemRoot: 'D:\\Win' }, ['D:\\Win\\System32\\taskkill.exe', '/t', '/f', '/pid', '7']],
    [
      [7, 8],
      { SYSTEMROOT: 'D:\\Win' },
      ['D:\\Win\\System32\\taskkill.exe', '/t', '/f', '/pid', '7', '/pid', '8'],
    ],
    [[7], { PATH: 'D:\\evil' }, ['C:\\Windows\\System32\\taskkill.exe', '/t', '/f', '/pid', '7']],
    [[], {}, null],
  ] as const)
    it(`of ${JSON.stringify(pids)} is the system's own program, where ${JSON.stringify(environment)}`, () => {
      const found = treeEnding(pids, 'win32', environment);
      assert.deepEqual(found && [found.file, ...found.args], expected);
    });

  it('is left to signals on other systems', () => {
    for (const platform of ['linux', 'darwin', 'freebsd'] as const)
      assert.equal(treeEnding([7], platform, { SystemRoot: 'C:\\Windows' }), null);
    assert.equal(endTreesNow([]), false);
  });
});

describe('the environment of the process that starts scripts', () => {
  it('is empty, but on Windows says where cmd.exe is', () => {
    const own = { systemroot: 'D:\\Win', ComSpec: 'D:\\evil.exe', NODE_OPTIONS: '--inspect' };
    assert.deepEqual(startersVariables('win32', own), { ComSpec: 'D:\\Win\\System32\\cmd.exe' });
    assert.deepEqual(startersVariables('linux', own), {});
  });
});
