import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';
import { rootOf, stackOf } from './apps.ts';
import { pathBelow } from './path.ts';

/**
 * Keeps the body parsers in front of `app`, Node-RED's own among them, off the requests that `ours` names by their
 * path below `app`, so that they come with their bytes unread. With Node-RED's default roots, its admin app sees
 * every request first: `ours` must name none that this one serves.
 *
 * This leans on what neither Express nor body-parser promises: that what is used stands last in the app's stack, from
 * where it can be put first, and that body-parser 1 passes by a request with `_body`. Where a later one does not, mark
 * requests in a way that it heeds, or answer them before the app does, as a listener put before it on the server.
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
  stack.unshift(...stack.splice(-1));
}
