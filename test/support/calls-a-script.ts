import { starter } from '../../src/engine/targets/local/starter.ts';

// A process that has a script run for it, as Node-RED does, and ends when it is told so or has nothing left to do.
// Arguments: the script, and how many bytes it is given.
const [file = '', bytes] = process.argv.slice(2);
process.once('message', () => process.exit());
process.channel?.unref();
const { stdout } = await starter()(file, {
  args: [],
  cwd: import.meta.dirname,
  env: { PATH: process.env['PATH'] ?? '' },
  input: 'x'.repeat(Number(bytes)),
  timeoutMs: 60_000,
});
process.send?.(String(stdout.bytes));
