import type { Model } from './model.ts';

/** The registry that alone is shown; '' for all, as where the chosen one is no longer there. */
export function chosenRegistry({ navigation, registries }: Model): string {
  return registries.items.some(({ id }) => id === navigation.registry) ? navigation.registry : '';
}

/** Whether what is of a registry is shown. */
export function isShown(model: Model, { registry }: { readonly registry: string }): boolean {
  return ['', registry].includes(chosenRegistry(model));
}

/** The ids of the registries whose logs are shown: the chosen one, or all; of these, those that can be read. */
export function shownRegistries(model: Model): readonly string[] {
  const ids = model.registries.readable.map(({ id }) => id);
  return ids.filter((registry) => isShown(model, { registry }));
}

/** Whether rows have to tell which registry they are of. */
export function showsSeveral(model: Model): boolean {
  return shownRegistries(model).length > 1;
}
