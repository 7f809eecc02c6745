import { type MessagePort, workerData } from 'node:worker_threads';
import pg from 'pg';
import type { Answer, Question } from './postgres-at-once.ts';

const { url, port, answered } = workerData as { url: string; port: MessagePort; answered: Int32Array };

for (const numeric of [pg.types.builtins.INT8, pg.types.builtins.BOOL])
  pg.types.setTypeParser(numeric, (text) => (text === 't' ? 1 : Number(text === 'f' ? 0 : text)));

/** As in SQLite, an event's row has what it says. */
const views = (schema: string) => `drop view if exists pg_temp.events, pg_temp.executions;
  create temp view events as select * from ${schema}.events join ${schema}.bodies using(seq);
  create temp view executions as select * from ${schema}.executions`;

const client = new pg.Client({ connectionString: url, application_name: 'a test' });
const connected = client.connect();
let viewed = '';

port.on('message', async (question: Question) => {
  port.postMessage(await answerTo(question));
  Atomics.add(answered, 0, 1);
  Atomics.notify(answered, 0);
});

async function answerTo({ schema, sql }: Question): Promise<Answer> {
  try {
    await connected;
    if (viewed !== schema) await client.query(views(schema));
    viewed = schema;
    return { rows: (await client.query(sql)).rows };
  } catch (error) {
    return { error: String(error) };
  }
}
