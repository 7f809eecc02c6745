import type { Express } from 'express';

/**
 * One of the things that an app has mounted, as Express keeps it; nothing public tells of them. Where this moves,
 * `stackOf` is to find them in their new place, and `takesPost` may say false: then only the names in `admin-paths.ts`
 * tell an intake's path from the admin API's.
 */
interface Layer {
  readonly handle: (...args: never) => unknown;
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  readonly regexp?: RegExp & { readonly fast_slash?: boolean };
  match(path: string): boolean;
}

interface Router {
  readonly stack: Layer[];
}

/** The app that listens, of one that is mounted. */
export function rootOf(app: Express): Express {
  const { parent } = app as { parent?: Express };
  return parent ? rootOf(parent) : app;
}

/** What an app has mounted, in its order. Whoever embeds Node-RED may have an Express 5, where the router is public. */
export function stackOf(app: Express): Layer[] {
  const { _router } = app as { readonly _router?: Router };
  if (_router) return _router.stack;
  // In Express 4, where that name throws, there is no router before the first route.
  return 'lazyrouter' in app ? [] : (app as unknown as { readonly router: Router }).router.stack;
}

/** Whether an app has a route for what is posted to a path below it, or something mounted for that path. */
export function takesPost(app: Express, path: string): boolean {
  return stackOf(app).some((layer) => {
    const { handle, route, regexp } = layer;
    const { post, _all } = route?.methods ?? {};
    // Errors' handlers, and what looks at every request, do not count.
    const counts = route ? post || _all : handle.length < 4 && regexp?.fast_slash === false;
    return counts && layer.match(path);
  });
}
