import { type Offer, offersFor } from './event-patterns.ts';

/**
 * Completes event types by id, title and group.
 * @param registry tells the registry's id
 * @param withPatterns offers `clients.*` and `*` too
 */
export function complete(field: JQuery, registry: () => string, withPatterns = false): void {
  field.on('keydown', ({ key }) => {
    // The completion would take its first entry for an empty field that is only left.
    if (key === 'Tab' && field.val() === '') $(document).trigger($.Event('keydown', { keyCode: 27 }));
  });
  field.autoComplete({
    minLength: 0,
    search: (typed) =>
      offersFor(typed, registry(), withPatterns).map((offer) => ({
        value: offer.value,
        label: labelOf(offer),
      })),
  });
  field.on('click', () => {
    if (field.val() === '') field.trigger($.Event('keyup', { keyCode: 40 }));
  });
}

function labelOf({ value, title, group }: Offer): JQuery {
  const parts = [value, title, group].map((part) => $('<span>').text(part));
  return $('<div class="provisioning-suggestion">').append(parts);
}
