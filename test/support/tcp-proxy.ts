import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Something between a client and a server that forwards, holds up and cuts off what passes. */
export interface TcpProxy {
  readonly port: number;
  /** Ends all connections and takes no new ones. */
  cut(): void;
  /** Takes connections again, and lets go on what is held up. */
  restore(): void;
  /** Nothing passes any more, in either direction, and nobody is told. @param later nor on later connections */
  holdUp(later?: boolean): void;
  /**
   * Is told of each piece that a client sends, before it passes.
   * @param watch says what becomes of it and its connection
   */
  watch(watch: (piece: Buffer) => 'pass' | 'pass and cut' | 'cut'): void;
  close(): Promise<void>;
}

export async function startTcpProxy(to: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isCut = false;
  let holdsUp = false;
  let watch: Parameters<TcpProxy['watch']>[0] = () => 'pass';
  const server = createServer((client) => {
    client.on('error', () => undefined);
    if (isCut) return void client.destroy();
    const onward = connect(to, '127.0.0.1');
    onward.on('error', () => undefined);
    const pair = [client, onward] as const;
    for (const socket of pair) socket.setNoDelay();
    pairs.add(pair);
    client.on('data', (piece) => {
      const what = watch(piece);
      if (what !== 'pass') client.destroy();
      if (what === 'cut') onward.destroy();
      else onward.write(piece);
    });
    onward.on('data', (piece) => void client.write(piece));
    if (holdsUp) for (const socket of pair) socket.pause();
    client.on('end', () => onward.end());
    onward.on('close', () => {
      client.destroy();
      pairs.delete(pair);
    });
    client.on('close', () => onward.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const all = () => [...pairs].flat();
  const cut = () => {
    isCut = true;
    for (const socket of all()) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    restore() {
      isCut = false;
      holdsUp = false;
      for (const socket of all()) socket.resume();
    },
    holdUp(later = false) {
      holdsUp = later;
      for (const socket of all()) socket.pause();
    },
    watch(next) {
      watch = next;
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
