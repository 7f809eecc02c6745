import type { Model } from './model.ts';

/** The registry that alone is shown; '' for all, as where the chosen one is no longer there. */
export function chosenRegistry({ navigation, registries }: Model): string {
  return registries.items.some(({ id }) => id === navigation.registry) ? navigation.registry : '';
}

/** The ids of the registries whose logs are shown: the chosen one, or all; of these, those that can be read. */
export function shownRegistries(model: Model): readonly string[] {
  const chosen = chosenRegistry(model);
  const ids = model.registries.readable.map(({ id }) => id);
  return chosen === '' ? ids : ids.filter((id) => id === chosen);
}

/** Whether rows have to tell which registry they are of. */
export function showsSeveral(model: Model): boolean {
  return shownRegistries(model).length > 1;
}
