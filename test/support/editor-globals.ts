import type { EditorNode, NodeDefinition } from '../../src/editor/red.ts';

let loads = 0;

/** The editor's own globals as far as dialogs ask them while none is open; texts are their keys and values. */
export class EditorGlobals {
  readonly definitions = new Map<string, NodeDefinition>();
  /** The nodes in the editor, config nodes too. */
  nodes: readonly EditorNode[] = [];
  readonly #plugins = new Map<string, unknown>();

  constructor() {
    const red = {
      _: (key: string, values: object = {}) => [key.replace(/^.*?:/, ''), ...Object.values(values)].join(' '),
      editor: { getEditStack: () => [] },
      events: { on: () => undefined, off: () => undefined },
      nodes: {
        registerType: (type: string, definition: NodeDefinition) => this.definitions.set(type, definition),
        node: (id: string) => this.nodes.find((node) => node.id === id) ?? null,
        eachConfig: (visit: (node: EditorNode) => void) => this.nodes.forEach(visit),
        filterNodes: ({ type }: { type: string }) => this.nodes.filter((node) => node.type === type),
        workspace: (id: string) => this.nodes.find((node) => node.id === id && node.type === 'tab'),
        createExportableNodeSet: (nodes: readonly EditorNode[]) => nodes,
        subflow: (id: string) => this.nodes.find((node) => node.id === id && node.type === 'subflow'),
      },
      plugins: {
        registerPlugin: (id: string, plugin: unknown) => this.#plugins.set(id, plugin),
        getPlugin: (id: string) => this.#plugins.get(id),
      },
      settings: {},
      validators: { typedInput: () => () => true },
    };
    // No dialog is open: nothing that is looked for is there.
    Object.assign(globalThis, { RED: red, $: () => [] });
  }

  /** Loads the dialogs of sets, which register themselves, in this editor too if others had them before. */
  async load(...sets: string[]): Promise<void> {
    loads += 1;
    for (const set of sets) await import(`../../src/dialogs/${set}.ts?${loads}`);
  }

  /** A node of a type, with this saved. */
  node(type: string, saved: object = {}): EditorNode {
    const definition = this.definitions.get(type);
    return { id: 'n1', type, ...(definition && { _def: definition }), ...saved };
  }

  /** What a dialog finds wrong with a property or credential; '' when nothing. */
  problemOf(type: string, property: string, saved: Readonly<Record<string, unknown>>): string {
    const { defaults = {}, credentials = {} } = this.definitions.get(type) ?? {};
    const { validate } = { ...credentials, ...defaults }[property] ?? {};
    const verdict = validate?.call(this.node(type, saved), saved[property], {}) ?? true;
    return verdict === true ? '' : verdict;
  }
}
