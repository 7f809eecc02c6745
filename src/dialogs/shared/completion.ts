import { type Offer, offersFor } from './event-patterns.ts';

export interface CompletionOptions {
  /** Tells the registry's id. */
  readonly registry: () => string;
  /** Whether `clients.*` and `*` are offered too. */
  readonly patterns: boolean;
}

/** Completes event types by id, title and group. */
export function complete(field: JQuery, { registry, patterns }: CompletionOptions): void {
  field.on('keydown', ({ key }) => {
    // The completion would take its first entry for an empty field that is only left.
    if (key === 'Tab' && field.val() === '') $(document).trigger($.Event('keydown', { keyCode: 27 }));
  });
  field.autoComplete({
    minLength: 0,
    search: (typed) =>
      offersFor(typed, registry(), patterns).map((offer) => ({ value: offer.value, label: labelOf(offer) })),
  });
  field.on('click', () => {
    if (field.val() === '') field.trigger($.Event('keyup', { keyCode: 40 }));
  });
}

function labelOf({ value, title, group }: Offer): JQuery {
  const parts = [value, title, group].map((part) => $('<span>').text(part));
  return $('<div class="provisioning-suggestion">').append(parts);
}
