#!/usr/bin/env node
// Reads the envelope from stdin and answers with JSON. Exit code 0 is success; what goes to stderr is the error.
import { text } from 'node:stream/consumers';

const { event, data } = JSON.parse(await text(process.stdin));
if (data.clients_id === undefined) {
  console.error(`${event.events_id} of ${event.object_id} names no client: data.clients_id is missing`);
  process.exit(1);
}
console.log(JSON.stringify({ account: event.object_id, client: data.clients_id, provisioned: true }));
