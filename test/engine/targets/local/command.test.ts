import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from '../../../../src/engine/targets/local/command.ts';
import { ScriptFolders, ScriptRefused } from '../../../../src/engine/targets/local/script-folders.ts';
import { handlerSchema, type LocalHandler } from '../../../../src/engine/words/handler.ts';
import { callOf } from '../../../support/call.ts';

describe('a batch file', () => {
  let folder: string;
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'command-')));
    for (const name of ['sync.cmd', 'sync.BAT', 'sync.exe'])
      writeFileSync(join(folder, name), '@echo off\r\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  const command = (name: string, args: readonly string[], platform: NodeJS.Platform = 'win32') =>
    new Command(
      handlerSchema.parse({ id: 'h', handlerType: 'local', command: name, args }) as LocalHandler,
      new ScriptFolders({ folders: [folder], enabled: true }),
      platform,
    );

  it('is given its arguments as they are, its own folder, and the environment', () => {
    const args = ['--all', 'two words', 'C:\\data\\', 'https://crm.example/x', 'key=a,b;c', 'Zoë_1~2', ''];
    for (const name of ['sync.cmd', 'sync.BAT']) {
      const { file, args: given, cwd, env } = command(name, args).start(callOf());
      assert.deepEqual([file, given, cwd], [join(folder, name), args, folder]);
      assert.equal(env['PROVISIONING_OBJECT_ID'], '12');
    }
  });

  it('is named where the system refuses to start it, for whatever reason', () => {
    const refusal = Object.assign(new Error('spawn EIO'), { code: 'EIO' });
    const { error, outage } = command('sync.cmd', []).failure(refusal);
    assert.deepEqual([error, outage], ['sync.cmd can not be started: the system answers EIO', true]);
  });

  const dangerous = [
    ...'"%!^&|<>()\'`*?[]{}$\t\r\n\0\x1a\x7f',
    '" & calc & "',
    '%PATH%',
    '%CMDCMDLINE:~-1%&calc',
    '!PATH!',
    '\uff02 & calc', // a quotation mark in some code pages
    'a\u2028b',
    '\ud800',
  ];
  for (const text of dangerous)
    it(`is not started with ${JSON.stringify(text)} in an argument or in the object id`, () => {
      const refused = (what: string) => (error: Error) =>
        error instanceof ScriptRefused &&
        error.message.startsWith(`sync.cmd was not started: ${what} holds a character that cmd.exe may take`);
      if (!text.includes('\0')) {
        const withArgument = command('sync.cmd', ['--all', `x${text}`]);
        assert.throws(() => withArgument.start(), refused('argument 2'));
        assert.doesNotThrow(() => command('sync.exe', [text]).start());
      }
      const call = callOf({ objectId: text });
      assert.throws(() => command('sync.cmd', []).start(call), refused('the object id'));
      assert.doesNotThrow(() => command('sync.exe', []).start(call));
      assert.doesNotThrow(() => command('sync.cmd', []).start(), 'one that stays is given no event that way');
    });
});
