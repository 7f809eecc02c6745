import type { Sign } from '../../engine/words/diagnosis.ts';
import { signOf } from './sign.ts';

/** File systems by what `statfs` calls them on Linux. Source: statfs(2), include/uapi/linux/magic.h. */
const local: Readonly<Record<number, string>> = {
  61267: 'ext2/3/4',
  1481003842: 'XFS',
  2435016766: 'Btrfs',
  801189825: 'ZFS',
  4076150800: 'F2FS',
  3393526350: 'bcachefs',
  827541066: 'JFS',
  13364: 'NILFS',
  19780: 'FAT',
  538032816: 'exFAT',
  1382369651: 'ReiserFS',
  1936094318: 'NTFS',
  604313861: 'UBIFS',
};
const network: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4266872130: 'SMB2',
  4283649346: 'CIFS',
  16914839: '9P',
  12805120: 'Ceph',
  198183888: 'Lustre',
  1397113167: 'AFS',
  1799439955: 'AFS',
  1937076805: 'Coda',
  1196443219: 'GPFS',
  1952539503: 'OCFS2',
  18225520: 'GFS2',
  2020557398: 'VirtualBox shared folder',
  3133910204: 'VMware shared folder',
};
const memory: Readonly<Record<number, string>> = { 16914836: 'tmpfs', 2240043254: 'ramfs' };
const fuse = 0x65735546;
const overlay = 0x794c7630;

/** Whether a journal is safe on a file system. @param type as `statfs` tells it */
export function checkDisk(type: number, platform: NodeJS.Platform, folder: string): Sign {
  const about = (name = '') => ({ subject: folder, values: { type: name } });
  // Elsewhere the numbers mean other things, and some of them change.
  if (platform !== 'linux') return signOf('notice', 'disk', 'unknown', about(platform));
  // Some are told with a sign.
  const magic = type >>> 0;
  if (magic in local) return signOf('ok', 'disk', 'local', about(local[magic]));
  if (magic in network) return signOf('error', 'disk', 'network', about(network[magic]));
  if (magic in memory) return signOf('error', 'disk', 'memory', about(memory[magic]));
  if (magic === overlay) return signOf('warning', 'disk', 'layer', about('overlay'));
  if (magic === fuse) return signOf('warning', 'disk', 'fuse', about('FUSE'));
  return signOf('notice', 'disk', 'unknown', about(`0x${magic.toString(16)}`));
}

/** Ms that a sync may take before one sender at a time feels it, and before everybody does. */
const slow = 50;
const hanging = 1000;

/** What the times that syncs took, in ms, mean for events. */
export function checkSyncTimes(times: readonly number[], folder: string): Sign {
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const max = sorted.at(-1) ?? 0;
  const values = {
    median: rounded(median),
    max: rounded(max),
    // One sender at a time waits for a sync each; whoever sends at the same time shares one.
    rate: rounded(1000 / Math.max(median, 0.01)),
  };
  const isSlow = median >= slow || max >= hanging;
  return signOf(isSlow ? 'warning' : 'ok', 'disk', isSlow ? 'slow' : 'syncs', { subject: folder, values });
}

/** Two digits that tell something. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(2)));
}
