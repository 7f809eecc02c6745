import { ProcessTree, type TreeState } from './process-tree.ts';

// Whoever ends Node-RED may tell all of its processes to end: this one does so when it is done.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
const trees = JSON.parse(process.argv[2] ?? '[]') as readonly TreeState[];
await Promise.all(trees.map((tree) => new ProcessTree(tree).end()));
