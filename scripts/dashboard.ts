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

/** The flow with the templates as their files are now; a comment alone in its line stands for the file that it names. */
export async function withTemplates<Node extends FlowNode>(flow: readonly Node[]): Promise<Node[]> {
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const page = async (name: string) => {
    const parts = (await read(`${name}.vue`)).split(
      /^ *(?:\/\* |<!-- )([\w-]+\.(?:js|html))(?: \*\/| -->)\n/m,
    );
    // The names of files stand between what is around them.
    return (await Promise.all(parts.map((part, place) => (place % 2 ? read(part) : part)))).join('');
  };
  return Promise.all(
    flow.map(async (node) => {
      const name = node.id.replace('provisioning-dashboard-', '');
      if (!templates.includes(name)) return node;
      return { ...node, format: name === 'look' ? await read('look.css') : await page(name) };
    }),
  );
}
