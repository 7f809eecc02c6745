import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptFolders } from '../../../src/engine/targets/local/script-folders.ts';
import type { Sign } from '../../../src/engine/words/diagnosis.ts';
import { findingOf } from '../../../src/runtime/doctor/findings.ts';
import { checkScripts } from '../../../src/runtime/doctor/scripts.ts';
import { factsOf } from '../../support/doctor.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the doctor on scripts', () => {
  const folder = temporaryFolder();
  const scripts = new ScriptFolders({ folders: [folder], enabled: true });
  const script = (name: string, text: string, mode = 0o755) => {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
  };
  const findingFor = (command: string, isInUse = true, more: object = {}) => {
    const [sign] = checkScripts([factsOf({ handlerType: 'local', command, ...more }, isInUse)], scripts);
    return findingOf(sign as Sign);
  };

  it('is content with one that is there and executable', () => {
    script('good.sh', '#!/bin/sh\n');
    script('env.sh', '#!/usr/bin/env sh\n');
    for (const name of ['good.sh', 'env.sh']) {
      const { level, sign, subject } = findingFor(name);
      assert.deepEqual([level, sign, subject], ['ok', 'startable', name]);
    }
  });

  it('says of each other one what a call would say', () => {
    script('plain.sh', '#!/bin/sh\n', 0o644);
    script('windows.sh', '#!/bin/sh\r\n');
    script('bare.sh', 'echo\n');
    script('lost.sh', '#!/opt/none/python\n');
    mkdirSync(join(folder, 'sub'));
    for (const [name, why] of [
      ['plain.sh', /chmod \+x/],
      ['windows.sh', /CR LF/],
      ['bare.sh', /must name its interpreter/],
      ['lost.sh', /interpreter that does not exist, \/opt\/none\/python/],
      ['sub', /no script: name a file/],
      ['none.sh', /was not found in the allowed script folders/],
      ['../out.sh', /was not found|leads out/],
    ] as const) {
      const { level, sign, remedy } = findingFor(name);
      assert.deepEqual([level, sign], ['error', 'unstartable'], name);
      assert.match(remedy ?? '', why);
    }
    assert.equal(findingFor('none.sh', false).level, 'warning', 'of a disabled handler');
  });

  it('looks for the program that env would look for, in the PATH that the script gets', () => {
    script('program.sh', '#!/usr/bin/env no-such-program\n');
    assert.match(findingFor('program.sh').found, /names the program no-such-program, which is in no folder/);
    script('no-such-program', '#!/bin/sh\n');
    const environment = [{ name: 'PATH', value: folder }];
    assert.equal(findingFor('program.sh', true, { environment }).level, 'ok');
  });

  it('notices one that others may change', () => {
    script('open.sh', '#!/bin/sh\n', 0o775);
    const { level, remedy } = findingFor('open.sh');
    assert.equal(level, 'notice');
    assert.match(remedy ?? '', /chmod go-w .*open\.sh$/);
  });
});
