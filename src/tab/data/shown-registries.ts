import type { Model } from './model.ts';

/** The ids of the registries whose logs are shown: the chosen one, or all that can be read. */
export function shownRegistries({ navigation, registries }: Model): readonly string[] {
  const ids = registries.readable.map(({ id }) => id);
  return ids.includes(navigation.registry) ? [navigation.registry] : ids;
}

/** Whether rows have to tell which registry they are of. */
export function showsSeveral(model: Model): boolean {
  return shownRegistries(model).length > 1;
}
