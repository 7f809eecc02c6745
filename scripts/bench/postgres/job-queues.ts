import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { PgBoss } from 'pg-boss';
import { envelopeOf } from '../envelope.ts';

const name = 'bench';
const inFlight = 64;
const connections = 10;

/** A queue of jobs in PostgreSQL: a job is inserted, fetched and completed. */
export interface JobQueue {
  /** Jobs a second, so many of them in flight. */
  run(ms: number): Promise<number>;
  end(): Promise<void>;
}

/** @param url of the database */
export async function pgBoss(url: string): Promise<JobQueue> {
  const boss = new PgBoss({ connectionString: url, max: connections, supervise: false, schedule: false });
  boss.on('error', console.error);
  await boss.start();
  await boss.createQueue(name);
  return {
    run: (ms) =>
      perSecond(ms, async (n) => {
        await boss.send(name, envelopeOf(name, n));
        const [job] = await boss.fetch(name);
        if (!job) throw new Error('pg-boss gave no job');
        await boss.complete(name, job.id);
      }),
    end: () => boss.stop(),
  };
}

/** With what it has to be fast: jobs are fetched and completed many at a time. */
export async function graphileWorker(url: string): Promise<JobQueue> {
  const logger = new Logger(() => () => undefined);
  const utils = await makeWorkerUtils({ connectionString: url, maxPoolSize: connections, logger });
  const done = new Map<number, () => void>();
  const runner = await run({
    connectionString: url,
    maxPoolSize: connections,
    logger,
    noHandleSignals: true,
    concurrency: inFlight,
    taskList: {
      [name](payload) {
        const { object_id: n } = (payload as ReturnType<typeof envelopeOf>).event;
        done.get(n)?.();
        done.delete(n);
      },
    },
    preset: { worker: { localQueue: { size: inFlight + 1 }, completeJobBatchDelay: 20 } },
  });
  let last = 0;
  return {
    run: (ms) =>
      perSecond(ms, async () => {
        last += 1;
        const n = last;
        const worked = new Promise<void>((resolve) => done.set(n, resolve));
        await utils.addJob(name, envelopeOf(name, n));
        await worked;
      }),
    async end() {
      await runner.stop();
      await utils.release();
    },
  };
}

async function perSecond(ms: number, one: (n: number) => Promise<void>): Promise<number> {
  const began = performance.now();
  let count = 0;
  const inTurn = async () => {
    while (performance.now() - began < ms) {
      await one(count);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, inTurn));
  return (1000 * count) / (performance.now() - began);
}
