/** What the tab calls of the editor's own globals, Node-RED 4.1 and 5. */

export interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  /** Switched off in the editor. */
  readonly d?: boolean;
  readonly changed?: boolean;
  readonly valid?: boolean;
  readonly validationErrors?: readonly string[];
  readonly [property: string]: unknown;
}

export interface Popover {
  open(): Popover;
  close(instant?: boolean): Popover;
}

export interface TrayOptions {
  /** HTML: escape what goes in. */
  readonly title: string;
  readonly width?: number;
  readonly buttons: readonly {
    readonly id?: string;
    readonly text: string;
    readonly class?: string;
    readonly click: () => void;
  }[];
  readonly focusElement?: false;
  readonly open: (tray: JQuery, done: () => void) => void;
  readonly close: () => void;
  readonly resize?: () => void;
}

export interface JQuery {
  readonly [index: number]: HTMLElement;
  readonly length: number;
  find(selector: string): JQuery;
}

interface JQueryStatic {
  (element: Element | string): JQuery;
  ajax(url: string, options: object): PromiseLike<unknown>;
}

interface Red {
  readonly actions: { invoke(name: string): void };
  readonly clipboard: { copyText(text: string, element?: JQuery, message?: string): boolean };
  readonly comms: {
    subscribe(topic: string, callback: (topic: string, data: unknown) => void): void;
    unsubscribe(topic: string, callback: (topic: string, data: unknown) => void): void;
    on(event: 'connect', callback: () => void): void;
    off(event: 'connect', callback: () => void): void;
  };
  readonly editor: {
    editConfig(property: string, type: string, id: string, prefix: null): void;
    editJSON(options: {
      value: string;
      title?: string;
      focus?: boolean;
      complete: (value: string) => void;
    }): void;
  };
  readonly events: {
    on(event: string, callback: () => void): void;
    off(event: string, callback: () => void): void;
  };
  readonly history: { push(event: object): void; peek(): object | undefined; pop(): void };
  readonly i18n: { lang(): string };
  readonly nodes: {
    node(id: string): EditorNode | null;
    eachConfig(visit: (node: EditorNode) => void): void;
    remove(id: string): void;
    dirty(dirty?: true): boolean;
    workspace(id: string): { readonly disabled?: boolean } | undefined;
    createExportableNodeSet(nodes: EditorNode[]): { readonly id: string }[];
  };
  readonly notify: (
    content: Element,
    options: { readonly type?: string; readonly timeout?: number; readonly id?: string },
  ) => void;
  readonly plugins: { getPlugin(id: string): unknown };
  readonly popover: {
    create(options: {
      readonly target: JQuery;
      readonly trigger: 'modal';
      readonly direction: 'left' | 'bottom';
      readonly content: () => Element;
    }): Popover;
    menu(options: {
      readonly options: readonly { readonly label: string; readonly onselect: () => void }[];
    }): {
      show(options: {
        readonly target: JQuery;
        readonly align: 'left';
        readonly offset: [number, number];
      }): void;
    };
  };
  readonly settings: { get(key: string): unknown; set(key: string, value: unknown): void };
  readonly tray: { show(options: TrayOptions): void; close(done?: () => void): void; resize(): void };
  readonly user: { hasPermission(permission: string): boolean };
  readonly view: { redraw(updateActive?: boolean): void };
}

declare global {
  const RED: Red;
  const $: JQueryStatic;
}
