import assert from 'node:assert/strict';
import { execa } from 'execa';

const watcher = new URL('../../src/runtime/process-end.ts', import.meta.url).href;

/** Runs a process that prints whether it is ending, as seen by a listener that was there before the watch. */
const run = (body: string) =>
  execa(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { processIsEnding, watchProcessEnd } from ${JSON.stringify(watcher)};
    const tell = () => { console.log(processIsEnding()); process.exit(); };
    ${body}`,
  ]);

describe('the end of the process', () => {
  it('is known to whoever closes nodes on a signal, although he listened first', async () => {
    const { stdout } = await run(`process.on('SIGTERM', tell);
      watchProcessEnd();
      setInterval(() => undefined, 1000);
      process.kill(process.pid, 'SIGTERM');`);
    assert.equal(stdout, 'true');
  });

  it('is not near while nobody has asked for it', async () => {
    const { stdout } = await run(`process.on('SIGTERM', tell);
      watchProcessEnd();
      tell();`);
    assert.equal(stdout, 'false');
  });

  it('comes by a signal as ever when nobody else listens to it', async () => {
    const ended = await run(`watchProcessEnd();
      setInterval(() => undefined, 1000);
      process.kill(process.pid, 'SIGTERM');`).catch((error) => error);
    assert.equal(ended.signal, 'SIGTERM');
  });
});
