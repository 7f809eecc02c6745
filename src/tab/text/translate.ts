/** The text of a key in the editor's language, with its values filled in. */
export type Translate = (key: string, values?: Readonly<Record<string, unknown>>) => string;

export interface Texts {
  readonly text: Translate;
}
