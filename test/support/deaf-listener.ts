import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DeafListener {
  readonly url: string;
  /** Takes connections from now on. */
  wakeUp(): void;
  /** Everything it has been sent. */
  heard(): string;
  close(): Promise<void>;
}

const program = `
  const server = require('node:net').createServer((socket) => {
    socket.on('data', (data) => process.stdout.write(data)).on('error', () => {});
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.stdout.write(server.address().port + '\\n'));
`;

/** A process that is stopped with its queue of connections full: who connects to it waits. */
export async function deafListener(): Promise<DeafListener> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let heard = '';
  const [first] = await once(child.stdout, 'data');
  const port = Number(String(first));
  child.stdout.on('data', (data) => {
    heard += data;
  });
  child.kill('SIGSTOP');
  const queue: Socket[] = [];
  while (await connects(port, queue));
  return {
    url: `http://127.0.0.1:${port}`,
    wakeUp: () => child.kill('SIGCONT'),
    heard: () => heard,
    close: async () => {
      for (const socket of queue) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

async function connects(port: number, queue: Socket[]): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  queue.push(socket);
  return Promise.race([once(socket, 'connect').then(() => true), sleep(300, false)]);
}
