import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response } from 'express';
import { exportRoutes } from '../../src/runtime/admin/export-routes.ts';
import type { AdminRequest, Routes, Work, Write } from '../../src/runtime/admin/routes.ts';

describe('an export', () => {
  it('whose download is broken off ends, and is no error', async () => {
    let ask: Work = () => undefined;
    let write: Write = async () => undefined;
    exportRoutes({
      ask: (_path: string, work: Work) => {
        ask = work;
      },
      unguardedText: (_path: string, writing: Write) => {
        write = writing;
      },
      url: (path: string) => path,
    } as unknown as Routes);
    let pages = 0;
    // A log without end: only who reads it no more ends the export.
    const log = {
      executions: async () => {
        pages += 1;
        return { items: [{ id: String(pages), response: 'x'.repeat(65_536) }], nextCursor: String(pages) };
      },
    };
    const engine = () => ({ id: 'registry', config: { name: 'Registry' }, log: async () => log });
    const { url } = (await ask({
      engine,
      body: async () => ({ filter: {} }),
    } as unknown as AdminRequest)) as {
      url: string;
    };
    const token = url.split('/').at(-1) as string;
    const written = Promise.withResolvers<void>();
    const server = createServer((_req, res) => {
      write({ param: () => token } as unknown as AdminRequest, res as Response).then(
        written.resolve,
        written.reject,
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const download = new AbortController();
      const { port } = server.address() as AddressInfo;
      const response = await fetch(`http://127.0.0.1:${port}/`, { signal: download.signal });
      await response.body?.getReader().read();
      download.abort();
      await written.promise;
      const read = pages;
      await new Promise(setImmediate);
      assert.equal(pages, read, 'the log is read no more');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
