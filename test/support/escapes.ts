import { spawnSync } from 'node:child_process';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const isLinux = process.platform === 'linux';

/** Ways in which `escapes.sh` has a process leave its process group, as far as this machine can go them. */
export const ways: readonly string[] = [
  'job',
  ...(hasPython ? ['python'] : []),
  // Where environments can not be read, a process without a parent can not be found.
  ...(isLinux ? ['group', 'session', 'daemon'] : []),
];
