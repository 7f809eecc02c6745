/** A script that stays up and answers each line at once. */
export const residentScript = `#!${process.execPath}
import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id } = JSON.parse(line);
  process.stdout.write(JSON.stringify({ id, ok: true, response: 'provisioned' }) + '\\n');
});
`;
