import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Traps } from './handlers.ts';

/** What must not be reached, and tells when it is. */
export interface SetTraps extends Traps {
  /** Event types of the executions that ran a script, and connections to the receiver. */
  sprung(): readonly string[];
  close(): void;
}

/** Sets traps below an empty folder; its `allowed` is the one whose scripts may run. */
export async function setTraps(root: string): Promise<SetTraps> {
  const [scripts, ran, outside] = ['allowed', 'ran', 'outside.sh'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(join(scripts, 'folder'), { recursive: true });
  mkdirSync(ran);
  for (const file of [outside, join(scripts, 'trap.sh')])
    writeFileSync(file, `#!/bin/sh\n: > '${ran}'/"$PROVISIONING_EVENT_TYPE"\n`, { mode: 0o755 });
  symlinkSync(outside, join(scripts, 'link.sh'));
  symlinkSync(root, join(scripts, 'up'));
  execFileSync('mkfifo', [join(scripts, 'pipe')]);
  let connections = 0;
  const receiver = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.2', resolve));
  const { port } = receiver.address() as AddressInfo;
  return {
    port,
    scripts,
    outside,
    sprung: () => [...readdirSync(ran), ...Array<string>(connections).fill('the receiver was called')],
    close: () => receiver.close(),
  };
}
