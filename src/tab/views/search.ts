import type { nothing, TemplateResult } from 'lit';
import type { RememberedFilter } from '../data/remembered-filter.ts';

/** A field of the advanced search. */
export interface Field<F> {
  readonly name: keyof F & string;
  readonly label: string;
  readonly kind: 'text' | 'select' | 'time';
  /** Value and label. Of a text field: what is offered. */
  readonly options?: readonly (readonly [value: string, label: string])[];
}

export interface Search<F extends object> {
  readonly filter: RememberedFilter<F>;
  /** What the search box fills in, and its name. */
  readonly box: keyof F & string;
  readonly boxLabel: string;
  readonly fields: readonly Field<F>[];
  readonly open: boolean;
  readonly toggle: () => void;
  /** What stands beside the search box. */
  readonly beside?: TemplateResult | typeof nothing;
}
