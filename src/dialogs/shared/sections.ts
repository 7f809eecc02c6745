import { textsOf } from './texts.ts';

/** By the section's name: what it holds, in a few words. */
export type Summaries<Name extends string = string> = Readonly<Record<Name, () => readonly string[]>>;

const text = textsOf('provisioning-dialog');

/**
 * Makes the `<details>` of a form fold as the editor's own sections do. A closed one says what it holds; one with a
 * problem opens itself and says so. What the user has opened stays open in the next dialogs of this browser session.
 * @param kind of dialog, under which that is remembered
 */
export function foldSections(form: JQuery, kind: string, summaries: Summaries): void {
  const opened = new OpenedSections(kind);
  const sections = form.find<HTMLDetailsElement>('details[data-section]').toArray();
  const shown = sections.map((section) => foldable(section, summaries, opened));
  // A list tells of its rows by no event of a field.
  const showAll = () => {
    for (const show of shown) show();
  };
  form.on('input change keyup click', () => setTimeout(showAll));
  showAll();
}

function foldable(section: HTMLDetailsElement, summaries: Summaries, opened: OpenedSections): () => void {
  const name = section.dataset['section'] ?? '';
  const head = $(section).children('summary');
  const holds = $('<span class="provisioning-section-holds">').appendTo(head);
  const problem = $('<span class="provisioning-section-problem">').appendTo(head).hide();
  problem.append($('<i class="fa fa-warning">'), ' ', $('<span>').text(text('section.problem')));
  section.open = opened.has(name);
  // Only a press is the user's will: a section opens by itself, too.
  head.on('click', () => opened.set(name, !section.open));
  $(section).on('toggle', () => RED.tray.resize());

  let isWrong = false;
  const judge = () => {
    const was = isWrong;
    isWrong = section.querySelector('.input-error') !== null;
    if (was === isWrong) return;
    problem.toggle(isWrong);
    if (isWrong) section.open = true;
  };
  // The editor marks fields whenever it validates the node, and tells nobody.
  new MutationObserver(judge).observe(section, {
    attributeFilter: ['class'],
    childList: true,
    subtree: true,
  });
  judge();
  return () => void holds.text(summaries[name]?.().filter(Boolean).join(' · ') ?? '');
}

class OpenedSections {
  readonly #key: string;
  readonly #names: Set<string>;

  constructor(kind: string) {
    this.#key = `${kind}.sections`;
    this.#names = new Set((sessionStorage.getItem(this.#key) ?? '').split(' '));
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  set(name: string, isOpen: boolean): void {
    if (isOpen) this.#names.add(name);
    else this.#names.delete(name);
    sessionStorage.setItem(this.#key, [...this.#names].join(' '));
  }
}
