import type { RequestHandler } from 'express';
import { Unavailable } from '../../engine/words/errors.ts';
import { normalisePath } from '../../engine/words/intake-path.ts';
import { answerError } from '../http/answer.ts';
import type { Provisioning } from '../provisioning.ts';

/** Ms that an event may wait for flows to start at first. */
const startTime = 10_000;

/**
 * Node-RED listens before its flows have started, and until then no path is known: a sender that is told 404 may
 * never come back.
 */
export function untilStarted(provisioning: Provisioning, ourPath: (path: string) => boolean): RequestHandler {
  let started = false;
  const { promise, resolve } = Promise.withResolvers<void>();
  provisioning.onStarted(() => {
    started = true;
    resolve();
  });
  return async (req, res, next) => {
    const path = normalisePath(req.url);
    if (started || req.method !== 'POST' || ourPath(path)) return next();
    const late = setTimeout(resolve, startTime);
    await promise;
    clearTimeout(late);
    // Its bytes have gone to Node-RED's own parser by now.
    if (ourPath(path)) answerError(res, new Unavailable('Node-RED is starting', 1), () => undefined);
    else next();
  };
}
