import { ask, startChild } from './child.ts';

/** The endpoint that is called, in a process of its own. */
export interface Receiver {
  readonly url: string;
  /** Requests that have arrived since it started. */
  received(): Promise<number>;
  /** Ms that each of what has come to `/timed` was on its way, since this was asked last. */
  delays(): Promise<readonly number[]>;
  end(): void;
}

export async function startReceiver(): Promise<Receiver> {
  const { child, ready } = await startChild<{ port: number }>('receiver-program.ts');
  return {
    url: `http://127.0.0.1:${ready.port}`,
    received: async () => (await ask<{ received: number }>(child, {})).received,
    delays: async () => (await ask<{ delays: number[] }>(child, { drain: true })).delays,
    end: () => child.kill(),
  };
}
