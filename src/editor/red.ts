/// <reference types="jquery" />

/** What the tab and the dialogs call of the editor's own globals, Node-RED 4.1 and 5. */

export interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly z?: string;
  /** Switched off in the editor. */
  readonly d?: boolean;
  readonly changed?: boolean;
  readonly valid?: boolean;
  readonly validationErrors?: readonly string[];
  readonly credentials?: Readonly<Record<string, unknown>>;
  /** Of a config node: who refers to it. */
  readonly users?: readonly EditorNode[];
  readonly _def?: NodeDefinition;
  readonly [property: string]: unknown;
}

/** @returns true, or what is wrong: the editor takes a text only from one that declares both parameters */
export type Validator = (
  this: EditorNode,
  value: unknown,
  options?: { readonly label?: string },
) => string | true;

interface PropertyDefinition {
  readonly value: unknown;
  /** Of the config node that the property names. */
  readonly type?: string;
  readonly required?: boolean;
  readonly label?: string;
  readonly filter?: (node: EditorNode) => boolean;
  readonly validate?: Validator;
}

/** What the editor is told of a type of node; `N` is a node of it. */
export interface NodeDefinition<N extends EditorNode = EditorNode> {
  readonly category: string;
  readonly color?: string;
  readonly defaults: Readonly<Record<string, PropertyDefinition>>;
  readonly credentials?: Readonly<
    Record<string, { readonly type: 'password'; readonly validate?: Validator }>
  >;
  readonly hasUsers?: false;
  readonly inputs?: 0 | 1;
  readonly outputs?: number;
  readonly align?: 'right';
  readonly icon: string;
  readonly button?: {
    visible(this: N): boolean;
    enabled(this: N): boolean;
    onclick(this: N): void;
  };
  paletteLabel(): string;
  label(this: N): string;
  labelStyle?(this: N): string;
  /** Called of a node that is new on the canvas, before it is in the editor, or pasted there, once it is. */
  onadd?(this: N): void;
  outputLabels?(this: N, index: number): string;
  oneditprepare?(this: N): void;
  oneditsave?(this: N): void;
}

export interface PluginDefinition {
  /** Called when the plugin has been registered, with its own texts at `this._`. */
  onadd?(this: { _(key: string, values?: object): string }): void;
  /** What it offers to others. */
  readonly [name: string]: unknown;
}

export interface Tooltip {
  setContent(content: string): void;
  delete(): void;
}

export interface TrayOptions {
  /** HTML: escape what goes in. */
  readonly title: string;
  readonly width: number;
  readonly buttons: readonly { readonly id: string; readonly text: string; readonly click: () => void }[];
  readonly open: (tray: JQuery, done: () => void) => void;
  /** What takes the focus when it has slid in, if not false; by default the first of it that can by then. */
  readonly focusElement: HTMLElement | false;
  readonly close: () => void;
}

interface Workspace {
  readonly disabled?: boolean;
  readonly label?: string;
  readonly name?: string;
}

interface Red {
  /** A text of a set's catalogue, `<package>/<set>:<key>`. */
  _(key: string, values?: object): string;
  readonly actions: {
    add(name: string, action: () => void, options: { readonly label: string }): void;
    invoke(name: string): void;
  };
  readonly clipboard: { copyText(text: string, element?: JQuery, message?: string): boolean };
  readonly comms: {
    subscribe(topic: string, callback: (topic: string, data: unknown) => void): void;
    unsubscribe(topic: string, callback: (topic: string, data: unknown) => void): void;
    on(event: 'connect', callback: () => void): void;
    off(event: 'connect', callback: () => void): void;
  };
  readonly editor: {
    editConfig(property: string, type: string, id: string, prefix: null): void;
    editJSON(options: { readonly value: string; readonly complete: (value: string) => void }): void;
    /** The nodes whose dialogs are open, the one on top last. */
    getEditStack(): readonly EditorNode[];
  };
  readonly events: {
    on(event: string, callback: () => void): void;
    off(event: string, callback: () => void): void;
  };
  readonly history: { push(event: object): void; peek(): object | undefined; pop(): void };
  readonly i18n: { lang(): string };
  readonly nodes: {
    registerType<N extends EditorNode>(type: string, definition: NodeDefinition<N>): void;
    node(id: string): EditorNode | null;
    eachConfig(visit: (node: EditorNode) => void): void;
    filterNodes(filter: { readonly type: string; readonly z?: string }): readonly EditorNode[];
    filterLinks(filter: { readonly source: { readonly id: string } }): readonly object[];
    remove(id: string): void;
    dirty(dirty?: true): boolean;
    workspace(id: string | undefined): Workspace | undefined;
    subflow(id: string | undefined): Workspace | undefined;
    createExportableNodeSet(nodes: EditorNode[]): { readonly id: string }[];
  };
  readonly notify: (
    content: Element | JQuery | string,
    options:
      | 'error'
      | { readonly type?: string | undefined; readonly timeout?: number; readonly id?: string },
  ) => void;
  readonly plugins: {
    registerPlugin(id: string, definition: PluginDefinition): void;
    getPlugin(id: string): unknown;
  };
  readonly popover: {
    create(options: {
      readonly target: JQuery;
      readonly trigger: 'modal';
      readonly direction: 'left' | 'bottom';
      readonly content: () => Element;
    }): { open(): void; close(instant: true): void };
    menu(options: {
      readonly options: readonly { readonly label: string; readonly onselect: () => void }[];
      readonly maxHeight: string;
    }): {
      show(options: {
        readonly target: JQuery;
        readonly align: 'left';
        readonly offset: [number, number];
      }): void;
    };
    tooltip(target: JQuery, content: string): Tooltip;
  };
  readonly settings: {
    get(key: string): unknown;
    remove(key: string): void;
    readonly httpNodeRoot?: string;
    readonly provisioningHandlerRefusedVariables?: { readonly source: string; readonly flags: string };
  };
  readonly sidebar: {
    show(id: string): void;
    addTab(options: {
      readonly id: string;
      readonly label: string;
      readonly name: string;
      readonly iconClass: string;
      readonly content: JQuery;
      readonly enableOnEdit: boolean;
      readonly action: string;
      readonly onchange: () => void;
    }): void;
  };
  readonly tabs: {
    create(options: { readonly id: string; readonly onchange: (tab: { readonly id: string }) => void }): {
      addTab(tab: { readonly id: string; readonly label: string }): void;
    };
  };
  readonly workspaces: { active(): string };
  readonly tourGuide: { run(url: string): void };
  readonly tray: { show(options: TrayOptions): void; close(): void; resize(): void };
  readonly user: { hasPermission(permission: string): boolean };
  readonly utils: {
    getNodeLabel(node: EditorNode, otherwise: string): string;
    sanitize(text: string): string;
  };
  readonly validators: {
    typedInput(options: {
      readonly typeField: string;
      readonly allowUndefined: boolean;
      readonly allowBlank?: boolean;
    }): Validator;
  };
  readonly view: { redraw(updateActive: true): void; reveal(id: string, flash: true): void };
}

/** A compiled JSONata expression, as the editor's own dialogs try it. */
interface JsonataExpression {
  evaluate(input: unknown): Promise<unknown>;
  assign(name: string, value: unknown): void;
}

declare global {
  const RED: Red;
  const jsonata: (expression: string) => JsonataExpression;
}
