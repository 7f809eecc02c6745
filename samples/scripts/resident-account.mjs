#!/usr/bin/env node
// For a handler in mode "resident": stays up, and answers each line of JSON with another, in any order.
// An id up to its full stop is the same on every attempt at a call, so that a repetition can be told.
import { createInterface } from 'node:readline';

// When the handler is changed or Node-RED ends, so does standard input, then this loop, and the script with it.
for await (const line of createInterface({ input: process.stdin })) {
  const { id, payload } = JSON.parse(line);
  console.log(JSON.stringify({ id, ...provision(payload) }));
}

function provision({ event, data }) {
  if (data.clients_id === undefined) {
    return {
      ok: false,
      error: `${event.events_id} of ${event.object_id} names no client: data.clients_id is missing`,
    };
  }
  return { ok: true, response: { account: event.object_id, client: data.clients_id, provisioned: true } };
}
