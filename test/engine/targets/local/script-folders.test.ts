import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ScriptFolders,
  ScriptMissing,
  ScriptRefused,
} from '../../../../src/engine/targets/local/script-folders.ts';

describe('script folders', () => {
  let root: string;
  let first: string;
  let second: string;
  let folders: ScriptFolders;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'script-folders-')));
    first = join(root, 'first');
    second = join(root, 'second');
    for (const folder of [first, second, join(first, 'deeper'), join(root, 'first-aid')]) mkdirSync(folder);
    for (const file of [
      'first/notify.sh',
      'first/deeper/notify.sh',
      'second/notify.sh',
      'second/only-here.sh',
      'first-aid/evil.sh',
      'evil.sh',
    ])
      script(join(root, file));
    folders = new ScriptFolders({ folders: [first, second], enabled: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const script = (file: string): void => {
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o755);
  };
  const refused = (command: string): void => {
    assert.throws(
      () => folders.find(command),
      (error: Error) =>
        error instanceof ScriptRefused && error.message.includes(first) && error.message.includes(second),
    );
  };

  it('are searched in their order', () => {
    assert.equal(folders.find('notify.sh').file, join(first, 'notify.sh'));
    assert.equal(folders.find('only-here.sh').file, join(second, 'only-here.sh'));
    assert.equal(folders.find('deeper/notify.sh').file, join(first, 'deeper/notify.sh'));
  });

  it('are not left by ..', () => {
    refused('../evil.sh');
    refused('deeper/../../evil.sh');
    refused('../first-aid/evil.sh');
    assert.equal(folders.find('deeper/../notify.sh').file, join(first, 'notify.sh'));
  });

  it('are not left by an absolute path', () => {
    refused('/bin/sh');
    refused(join(root, 'evil.sh'));
    refused(join(first, '../evil.sh'));
    assert.equal(folders.find(join(second, 'notify.sh')).file, join(second, 'notify.sh'));
  });

  it('are not left by a symbolic link to a file or a folder', () => {
    symlinkSync(join(root, 'evil.sh'), join(first, 'innocent.sh'));
    symlinkSync(root, join(first, 'up'));
    symlinkSync(join(second, 'only-here.sh'), join(first, 'linked.sh'));
    refused('innocent.sh');
    refused('up/evil.sh');
    assert.equal(folders.find('linked.sh').file, join(second, 'only-here.sh'));
  });

  it('may be symbolic links themselves', () => {
    symlinkSync(second, join(root, 'alias'));
    const aliased = new ScriptFolders({ folders: [join(root, 'alias')], enabled: true });
    assert.equal(aliased.find('only-here.sh').file, join(second, 'only-here.sh'));
  });

  it('are looked at anew at each call', () => {
    const file = join(first, 'notify.sh');
    assert.equal(folders.find('notify.sh').file, file);
    rmSync(file);
    symlinkSync(join(root, 'evil.sh'), file);
    assert.equal(folders.find('notify.sh').file, join(second, 'notify.sh'));
    rmSync(join(second, 'notify.sh'));
    refused('notify.sh');
  });

  it('name themselves when a script is in none of them', () => {
    assert.throws(
      () => folders.find('missing.sh'),
      (error: Error) => error instanceof ScriptMissing && error.message.includes(`${first}, ${second}`),
    );
  });

  it('need not exist', () => {
    const some = new ScriptFolders({ folders: [join(root, 'not-yet'), first], enabled: true });
    assert.equal(some.find('notify.sh').file, join(first, 'notify.sh'));
  });

  for (const tail of [
    '/',
    '//',
    '/.',
    '/./',
    '/..',
    '/../',
    '/./.',
    '/../..',
    '/../notify.sh',
    '/./notify.sh',
  ])
    it(`hold no script by the name notify.sh${tail}, relative or absolute`, () => {
      const isNone = (error: Error) => error instanceof ScriptRefused || error instanceof ScriptMissing;
      for (const command of [`notify.sh${tail}`, join(first, 'notify.sh') + tail, `deeper/notify.sh${tail}`])
        assert.throws(() => folders.find(command), isNone, command);
    });

  for (const command of ['/', '//', '.', '..', '../', '..', 'deeper//notify.sh', '//notify.sh', 'deeper/..'])
    it(`refuse ${JSON.stringify(command)}, which is no name of a script, and say how one is written`, () => {
      const message = /^".*" is no name of a script: write its path, such as crm\/notify\.sh/;
      assert.throws(() => folders.find(command), { message });
    });

  it('take a name as the file system does: a backslash, a blank or another case makes another one', () => {
    for (const name of ['deeper\\notify.sh', 'notify.sh ', ' notify.sh', 'notify.sh\n'])
      assert.throws(() => folders.find(name), ScriptMissing, name);
    script(join(first, 'odd\\ name '));
    assert.equal(folders.find('odd\\ name ').file, join(first, 'odd\\ name '));
    assert.equal(folders.find('./notify.sh').file, join(first, 'notify.sh'));
  });

  it('hold no script that is a folder, a pipe or a device, or has a NUL in its name', () => {
    execFileSync('mkfifo', [join(first, 'pipe')]);
    const device = new ScriptFolders({ folders: ['/dev'], enabled: true });
    const message = /is a folder, a pipe or a device, and no script: name a file$/;
    for (const find of [() => folders.find('deeper'), () => folders.find('pipe'), () => device.find('null')])
      assert.throws(find, (error: Error) => error instanceof ScriptRefused && message.test(error.message));
    assert.throws(() => folders.find('notify.sh\0'), ScriptMissing);
  });

  it('can be switched off', () => {
    const off = new ScriptFolders({ folders: [first], enabled: false });
    assert.throws(() => off.find('notify.sh'), { message: /provisioning\.scripts in settings\.js/ });
  });
});
