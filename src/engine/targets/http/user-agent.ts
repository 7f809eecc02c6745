import { readFileSync } from 'node:fs';
import { z } from 'zod';

// From src/engine/targets/http, or from dist/src/engine/targets/http once built.
const root = import.meta.url.includes('/dist/src/') ? '../../../../../' : '../../../../';
const manifest = z.object({ name: z.string(), version: z.string() });
const { name, version } = manifest.parse(
  JSON.parse(readFileSync(new URL(`${root}package.json`, import.meta.url), 'utf8')),
);

/** How requests introduce themselves: `node-red-contrib-provisioning/<version>`. */
export const userAgent = `${name}/${version}`;
