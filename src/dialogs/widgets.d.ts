/** The editor's and jQuery UI's own widgets, as far as the dialogs use them. */
interface JQuery<TElement = HTMLElement> {
  editableList<T extends object>(options: EditableListOptions<T>): this;
  editableList(action: 'addItems', items: readonly object[]): this;
  editableList(action: 'items'): JQuery;
  editableList(action: 'empty'): this;
  typedInput(options: TypedInputOptions): this;
  typedInput(action: 'type' | 'value', value: string): this;
  typedInput(action: 'types', types: readonly TypedInputType[]): this;
  typedInput(action: 'type' | 'value'): string;
  treeList(options: { readonly multi: boolean }): this;
  treeList(action: 'data', items: readonly TreeListItem[]): this;
  treeList(action: 'selected'): readonly TreeListItem[];
  autoComplete(options: {
    readonly minLength: number;
    readonly search: (typed: string) => readonly { readonly value: string; readonly label: JQuery }[];
  }): this;
  uniqueId(): this;
}

interface EditableListOptions<T> {
  readonly addButton: string | false;
  readonly addItem: (row: JQuery, index: number, item: T) => void;
  readonly buttons?: readonly {
    readonly id: string;
    readonly label: string;
    readonly icon: string;
    readonly click: () => void;
  }[];
  readonly class: string;
  readonly height: 'auto';
  readonly removable?: boolean;
  readonly removeItem?: () => void;
  readonly sortable?: boolean;
}

/** One of the editor's own, or one without a value. */
type TypedInputType = string | { readonly value: string; readonly label: string; readonly hasValue: false };

interface TypedInputOptions {
  readonly types: readonly TypedInputType[];
  readonly default?: string;
  readonly typeField?: JQuery;
}

interface TreeListItem {
  readonly id: string;
  readonly label: string;
  readonly sublabel: string;
  readonly checkbox: boolean;
  readonly selected: boolean;
}
