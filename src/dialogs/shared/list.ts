export interface RowListOptions<T> {
  /** The word on the button that adds a row. */
  readonly add: string;
  /** Fills a row; of a new one, `item` is empty. */
  readonly show: (row: JQuery, item: Partial<T>) => void;
  readonly items: readonly T[];
  readonly sortable?: boolean;
  readonly removed?: () => void;
}

/** Makes a list whose rows can be added and removed, to be read by `rowsOf`. */
export function rowList<T extends object>(list: JQuery, options: RowListOptions<T>): void {
  const { add, show, items, sortable = true, removed = () => undefined } = options;
  list.editableList<Partial<T>>({
    addButton: add,
    addItem(row, _index, item) {
      show(row, item);
      if (Object.keys(item).length === 0) setTimeout(() => row.find('input').first().trigger('focus'));
    },
    class: 'provisioning-rows',
    height: 'auto',
    removable: true,
    removeItem: removed,
    sortable,
  });
  list.editableList('addItems', items);
}

export function rowsOf<T>(list: JQuery, read: (row: JQuery) => T): T[] {
  return list
    .editableList('items')
    .toArray()
    .map((item) => read($(item)));
}

/** What is typed in a field of a row, without blanks around it. */
export function typedIn(row: JQuery, field = 'input'): string {
  return String(row.find(field).val()).trim();
}

/** A field for a row, which has no label of its own. */
export function inputOf(attributes: { readonly [name: string]: string }): JQuery<HTMLInputElement> {
  return $<HTMLInputElement>('<input type="text">').attr(attributes);
}
