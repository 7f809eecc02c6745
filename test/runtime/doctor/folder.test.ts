import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Sign } from '../../../src/engine/words/diagnosis.ts';
import { checkDisk, checkSyncTimes } from '../../../src/runtime/doctor/disk.ts';
import { findingOf } from '../../../src/runtime/doctor/findings.ts';
import { checkFolder, roomSign } from '../../../src/runtime/doctor/folder.ts';
import { found } from '../../support/doctor.ts';
import { eventually } from '../../support/eventually.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the doctor on the folder', () => {
  const { signal } = new AbortController();
  const ofFolder = (signs: readonly Sign[]) => found(signs).filter((one) => / folder\./.test(one));

  it('writes to it, syncs, and leaves nothing behind', async () => {
    const folder = temporaryFolder();
    const signs = await checkFolder(folder, true, signal);
    assert.equal(found(signs)[0], 'ok folder.writable');
    const syncs = signs.find(({ check, sign }) => check === 'disk' && /syncs|slow/.test(sign));
    assert.match(findingOf(syncs as Sign).found, /^A sync takes [\d.]+ ms, at most [\d.]+ ms: .* \d+ events/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('says why it can not be written', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const [sign] = await checkFolder(join(folder, 'file'), true, signal);
    const finding = findingOf(sign as Sign);
    assert.deepEqual([finding.level, finding.sign], ['error', 'unwritable']);
    assert.match(finding.found, /ENOTDIR/);
    assert.match(finding.remedy ?? '', /provisioning\.dir/);
  });

  it('says that a disk does not answer, and asks it once', async () => {
    const folder = temporaryFolder();
    const pipe = join(folder, `.doctor-${process.pid}`);
    // Whoever opens it waits until somebody reads.
    await execa('mkfifo', [pipe]);
    const silent = ['error folder.silent'];
    const looks = [1, 2, 3, 4, 5].map(() => checkFolder(folder, true, signal));
    assert.deepEqual((await Promise.all(looks)).map(found), [silent, silent, silent, silent, silent]);
    // With more than one question no thread would be left for this.
    await stat(folder);
    await execa('timeout', ['5', 'cat', pipe]);
    await eventually('it is looked at again', async () =>
      found(await checkFolder(folder, true, signal)).includes('ok folder.writable'),
    );
  });

  it('tells a disk that is read-only, full, or memory', async () => {
    const disk = await smallDisk(join(temporaryFolder(), 'disk'), '1m');
    try {
      const signs = await checkFolder(disk.folder, true, signal);
      assert.ok(found(signs).includes('error folder.noRoom'));
      assert.ok(found(signs).includes('error disk.memory'));
      await disk.makeReadOnly();
      const [readOnly] = await checkFolder(disk.folder, true, signal);
      assert.match(findingOf(readOnly as Sign).found, /can not be written: EROFS/);
      await disk.makeWritable();
      writeFileSync(join(disk.folder, 'all'), Buffer.alloc(1024 * 1024));
      const [full] = await checkFolder(disk.folder, true, signal);
      assert.match(findingOf(full as Sign).found, /can not be written: ENOSPC/);
      assert.deepEqual(readdirSync(disk.folder), ['all']);
    } finally {
      await disk.unmount();
    }
  });

  it('misses it only where a registry keeps something there, and makes none', async () => {
    const folder = join(temporaryFolder(), 'none');
    assert.deepEqual(found(await checkFolder(folder, false, signal)), ['ok folder.absent']);
    assert.deepEqual(ofFolder(await checkFolder(folder, true, signal)), ['error folder.unwritable']);
    assert.deepEqual(readdirSync(join(folder, '..')), []);
  });

  it('warns before there is no room', () => {
    const gib = 1024 ** 3;
    const levels = [5 * gib, gib / 2, gib / 20].map((free) => roomSign(free, '/f').level);
    assert.deepEqual(levels, ['ok', 'warning', 'error']);
    assert.equal(findingOf(roomSign(1.26 * gib, '/f')).found, '1.3 GiB are free on its disk');
  });

  it('tells by the type of the file system whether the disk is local, and says so where it does not know', () => {
    const onLinux = (type: number) => found([checkDisk(type, 'linux', '/f')])[0];
    assert.equal(onLinux(0xef53), 'ok disk.local');
    for (const type of [0x6969, 0xff534d42, 0xfe534d42 | 0, 0x01021997]) {
      assert.equal(onLinux(type), 'error disk.network', type.toString(16));
    }
    assert.equal(onLinux(0x65735546), 'warning disk.fuse');
    assert.equal(onLinux(0x794c7630), 'warning disk.layer');
    assert.equal(onLinux(0x12345), 'notice disk.unknown');
    assert.deepEqual(found([checkDisk(0xef53, 'darwin', '/f')]), ['notice disk.unknown']);
  });

  it('says what the time of a sync means for events, and warns of a slow disk and of one that hangs', () => {
    const fast = findingOf(checkSyncTimes([1, 2, 2, 3, 40], '/f'));
    assert.equal(fast.level, 'ok');
    assert.match(fast.found, /takes 2 ms, at most 40 ms: .* about 500 events a second/);
    assert.deepEqual(found([checkSyncTimes([60, 80, 70], '/f')]), ['warning disk.slow']);
    assert.deepEqual(found([checkSyncTimes([1, 1, 1200], '/f')]), ['warning disk.slow']);
  });
});
