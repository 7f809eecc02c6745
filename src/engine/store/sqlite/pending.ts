/** What was asked of a thread and is not answered yet. */
export interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}
