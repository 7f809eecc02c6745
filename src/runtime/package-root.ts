/** The folder of this package, from src/runtime or from dist/src/runtime once built. */
export const packageRoot = new URL(
  import.meta.url.includes('/dist/src/') ? '../../../' : '../../',
  import.meta.url,
);
