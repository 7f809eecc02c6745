import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';
import { pathBelow } from './path.ts';

/**
 * Keeps the body parsers in front of `app`, Node-RED's own among them, off the requests that `ours` names by their
 * path below `app`, so that they come with their bytes unread. With Node-RED's default roots, its admin app sees
 * every request first.
 */
export function keepUnparsed(app: Express, ours: (path: string) => boolean): void {
  const root = rootOf(app);
  const mark = (req: IncomingMessage & { _body?: boolean }, _res: ServerResponse, next: () => void): void => {
    const path = pathBelow(app.path(), req.url ?? '');
    // body-parser takes it that somebody has read the body already.
    if (path !== undefined && ours(path)) req._body = true;
    next();
  };
  root.use(mark);
  const stack = stackOf(root);
  stack.unshift(
    ...stack.splice(
      stack.findIndex(({ handle }) => handle === mark),
      1,
    ),
  );
}

function rootOf(app: Express): Express {
  const { parent } = app as { parent?: Express };
  return parent ? rootOf(parent) : app;
}

interface Router {
  readonly stack: { readonly handle: unknown }[];
}

/** Whoever embeds Node-RED may have an Express 5, where the router is public; in Express 4 that name throws. */
function stackOf(app: Express): { readonly handle: unknown }[] {
  const { _router } = app as { _router?: Router };
  return (_router ?? (app as unknown as { router: Router }).router).stack;
}
