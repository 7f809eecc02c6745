import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// node scripts/dashboard.ts: puts the pages and their look into docs/dashboard/flow.json, which is what users import.
const folder = join(import.meta.dirname, '../docs/dashboard');
const flowFile = join(folder, 'flow.json');
const templates = ['overview', 'handlers', 'executions', 'look'];

if (import.meta.main) {
  const flow = JSON.parse(await readFile(flowFile, 'utf8'));
  await writeFile(flowFile, `${JSON.stringify(await withTemplates(flow), null, 2)}\n`);
}

interface FlowNode {
  readonly id: string;
}

/** The flow with the templates as their files are now: pages have what all of them share in it. */
export async function withTemplates<Node extends FlowNode>(flow: readonly Node[]): Promise<Node[]> {
  const shared = await readFile(join(folder, 'shared.js'), 'utf8');
  const format = async (name: string) => {
    if (name === 'look') return await readFile(join(folder, 'look.css'), 'utf8');
    const page = await readFile(join(folder, `${name}.vue`), 'utf8');
    return page.replace(/^ *\/\* shared\.js \*\/\n/m, () => shared);
  };
  return Promise.all(
    flow.map(async (node) => {
      const name = node.id.replace('provisioning-dashboard-', '');
      return templates.includes(name) ? { ...node, format: await format(name) } : node;
    }),
  );
}
