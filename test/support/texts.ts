import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { packageRoot } from './package.ts';

/** What of `@node-red/util` gives a node set its texts. */
interface Texts {
  init(settings: { readonly lang: string }): void;
  registerMessageCatalog(namespace: string, dir: string, file: string): Promise<void>;
  _: NodeAPI['_'];
}

const { i18n } = createRequire(createRequire(import.meta.url).resolve('node-red'))('@node-red/util') as {
  readonly i18n: Texts;
};

/** `RED._` as Node-RED hands it to a node set, in en-US, without a runtime. */
export async function textsOf(set: string): Promise<NodeAPI['_']> {
  i18n.init({ lang: 'en-US' });
  await i18n.registerMessageCatalog(set, join(packageRoot, 'nodes/locales'), `${set}.json`);
  return (key, facts) => i18n._(`${set}:${key}`, facts);
}
