import { readFile } from 'node:fs/promises';
import { startNodeRed } from '../../test/support/node-red.ts';
import type { Measure } from './measure.ts';

/** What the editor's page loads by itself: `src` and `href` of elements, and static imports. */
const loads =
  /<(?:script|img|iframe)\b[^>]*\ssrc=|<link\b[^>]*\shref=|^\s*import\s+(?:[^(]*from\s+)?['"]|@import/gim;

/** Requests that the package adds to the editor's start, besides the node definitions: read off the pages served. */
export const editor: Measure = {
  name: 'editor',
  async run() {
    const nodeRed = await startNodeRed();
    const pages = await Promise.all(
      ['nodes', 'plugins'].map(async (kind) =>
        (await nodeRed.admin(kind, { headers: { accept: 'text/html' } })).text(),
      ),
    );
    await nodeRed.stop();
    const own = pages
      .flatMap((page) => page.split(/(?=<!-- --- \[red-(?:module|plugin):)/))
      .filter((part) => part.startsWith('<!-- --- [red-') && part.includes('provisioning'));
    const { name } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
      name: string;
    };
    const ours = own.filter((part) => part.slice(0, 200).includes(name));
    if (ours.length < 5) throw new Error(`only ${ours.length} pages of the package were found`);
    const requests = ours.reduce((sum, part) => sum + (part.match(loads)?.length ?? 0), 0);
    return [
      {
        measure: 'requests at the start of the editor',
        value: String(requests),
        target: '≤ 0',
        met: requests === 0,
      },
    ];
  },
};
