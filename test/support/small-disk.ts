import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk of its own at a folder. Needs the right to mount, which root has. */
export interface SmallDisk {
  readonly folder: string;
  makeReadOnly(): Promise<void>;
  makeWritable(): Promise<void>;
  unmount(): Promise<void>;
}

/** @param size as `mount` takes it, such as `2m` */
export async function smallDisk(folder: string, size: string): Promise<SmallDisk> {
  mkdirSync(folder, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  const remount = async (mode: string) => {
    await run('mount', ['-o', `remount,${mode}`, folder]);
  };
  return {
    folder,
    makeReadOnly: () => remount('ro'),
    makeWritable: () => remount('rw'),
    unmount: async () => {
      // Whoever still has a file open there keeps it: the folder is free all the same.
      await run('umount', ['--lazy', folder]);
    },
  };
}
