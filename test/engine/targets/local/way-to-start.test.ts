import assert from 'node:assert/strict';
import { parseHead } from '../../../../src/engine/targets/local/file-head.ts';
import { NotStartable, wayToStart } from '../../../../src/engine/targets/local/way-to-start.ts';

const posix = ['linux', 'darwin'] as const;
const windows = ['win32'] as const;
const elf = '\x7fELF\x02\x01\x01\0\0';
const exe = 'MZ\x90\0\x03';

const named = /its first line must name its interpreter, such as #!\/bin\/sh$/;
const marked = /it begins with a byte order mark: save it as UTF-8 without one$/;
const carriageReturn = /its first line ends as lines do on Windows \(CR LF\)/;
const onWindows = /on Windows a script is an \.exe, \.cmd or \.bat, or its first line names its interpreter/;
const options = /on Windows its first line must name an interpreter without options/;

describe('the way to start a script', () => {
  for (const [platforms, name, begins, expected] of [
    [posix, 'notify.sh', '#!/bin/sh\necho', 'directly'],
    [posix, 'notify.sh', '#!/bin/sh', 'directly'],
    [posix, 'notify.sh', '#! /bin/sh -e\n', 'directly'],
    [posix, 'notify', elf, 'directly'],
    [posix, 'notify.cmd', '#!/bin/sh\n', 'directly'],
    [posix, 'notify.sh', '', named],
    [posix, 'notify.sh', 'echo a shell ran this\n', named],
    [posix, 'notify.sh', '#!\necho', named],
    [posix, 'notify.sh', '#! \t\necho', named],
    [posix, 'notify.sh', '#!\r\necho', named],
    [posix, 'notify.sh', '\n#!/bin/sh\n', named],
    [posix, 'notify.cmd', '@echo off\r\n', named],
    [posix, 'notify.sh', '#!/bin/sh\r\necho\r\n', carriageReturn],
    [posix, 'notify.sh', '#!/bin/sh\r', carriageReturn],
    [posix, 'notify.sh', '#!/bin/sh\recho old\r', carriageReturn],
    [posix, 'notify.js', '#!/usr/bin/env node\r\n', carriageReturn],
    [posix, 'notify.sh', '#!/bin/sh -e \r\n', carriageReturn],
    [posix, 'notify.sh', '\xef\xbb\xbf#!/bin/sh\n', marked],
    [posix, 'notify.sh', '\xff\xfe#\0!\0', marked],
    [windows, 'notify.exe', exe, 'directly'],
    [windows, 'NOTIFY.EXE', exe, 'directly'],
    [windows, 'notify.com', exe, 'directly'],
    [windows, 'notify.cmd', '@echo off\r\n', 'by cmd.exe'],
    [windows, 'notify.CMD', '@echo off\r\n', 'by cmd.exe'],
    [windows, 'notify.bat', '', 'by cmd.exe'],
    [windows, 'notify.Bat', '#!/bin/sh\r\n', 'by cmd.exe'],
    [windows, 'notify.js', '#!/usr/bin/env node\r\n', 'directly'],
    [windows, 'notify.sh', '#!/bin/sh\n', 'directly'],
    [windows, 'notify', '#!C:\\Python\\python.exe\r\n', 'directly'],
    [windows, 'notify.py', '#!/usr/bin/python3 -u\n', options],
    [windows, 'notify.js', '#!/usr/bin/env -S node --no-warnings\n', options],
    [windows, 'notify.js', '#!/usr/bin/env\n', options],
    [windows, 'notify.sh', '#!\r\n', options],
    [windows, 'notify.js', 'console.log(1)', onWindows],
    [windows, 'notify.ps1', 'Write-Output 1', onWindows],
    [windows, 'notify.vbs', '', onWindows],
    [windows, 'notify.lnk', elf, onWindows],
    [windows, 'notify', exe, onWindows],
    [windows, 'notify.cmd.', '@echo off', onWindows],
    [windows, 'notify.cmd ', '@echo off', onWindows],
    [windows, 'notify.txt:evil.cmd.x', '@echo off', onWindows],
  ] as const)
    for (const platform of platforms)
      it(`${JSON.stringify(name)} that begins ${JSON.stringify(begins)} on ${platform}: ${expected}`, () => {
        const head = parseHead(Buffer.from(begins, 'latin1'));
        const way = () => wayToStart(name, head, platform);
        if (typeof expected === 'string') assert.equal(way(), expected);
        else
          assert.throws(way, (error: Error) => error instanceof NotStartable && expected.test(error.message));
      });

  it('is the system to say of a file that may be run and not read', () => {
    for (const platform of posix) assert.equal(wayToStart('notify', null, platform), 'directly');
    assert.equal(wayToStart('notify.cmd', null, 'win32'), 'by cmd.exe');
    assert.throws(() => wayToStart('notify', null, 'win32'), NotStartable);
  });
});
