import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { NotFound } from '../../engine/words/errors.ts';
import { answer, answerError } from '../http/answer.ts';
import { rootOf } from '../http/apps.ts';
import { isEmpty, parseJson, requireJson, withBody } from '../http/body.ts';
import { BytesInFlight } from '../http/bytes-in-flight.ts';
import { refuseForeign } from '../http/foreign-page.ts';
import { pathBelow } from '../http/path.ts';
import { HttpProblem } from '../http/problem.ts';
import { keepUnparsed } from '../http/unparsed.ts';

/** A request to the admin API. */
export interface AdminRequest {
  readonly query: unknown;
  /** A part of the path, by the name that the route gives it. */
  param(name: string): string;
  /** Who asks; null when Node-RED knows no users. */
  readonly user: string | null;
  /** The body; `{}` when there is none. @throws InvalidInput, TooLarge */
  json(): Promise<unknown>;
}

/** What a route does. @returns what is answered; whatever it throws becomes an answer too */
export type Work = (request: AdminRequest) => unknown;

/** Writes an answer itself. What it throws before it has begun becomes an answer. */
export type Write = (request: AdminRequest, res: Response) => Promise<void>;

/** Bytes of bodies, of all routes together. */
const inFlight = new BytesInFlight(16 * 1024 * 1024);

const prefix = '/provisioning';
/** What is of this package for certain; the rest of the prefix may be of a flow when `httpNode` has the same root. */
const own = /^\/provisioning\/(?:registries|nodes|exports|metrics)(?=\/|$)/i;

/** The routes of this package below `httpAdmin`: guarded, and no error of theirs leaves them. */
export class Routes {
  readonly #red: NodeAPI;

  constructor(red: NodeAPI) {
    this.#red = red;
    keepUnparsed(red.httpAdmin, (path) => own.test(path));
  }

  get(path: string, work: Work): void {
    this.#red.httpAdmin.get(prefix + path, this.#guard('read'), this.#answer(200, work));
  }

  patch(path: string, work: Work): void {
    this.#red.httpAdmin.patch(prefix + path, this.#guard('write'), this.#fromHere, this.#answer(200, work));
  }

  /** Its work is accepted rather than done: 202. */
  post(path: string, work: Work): void {
    this.#red.httpAdmin.post(prefix + path, this.#guard('write'), this.#fromHere, this.#answer(202, work));
  }

  /** A question that needs a body: it reads, and changes nothing. */
  ask(path: string, work: Work): void {
    this.#red.httpAdmin.post(prefix + path, this.#guard('read'), this.#fromHere, this.#answer(200, work));
  }

  /** An answer that is not JSON. */
  text(path: string, write: Write): void {
    this.#red.httpAdmin.get(prefix + path, this.#guard('read'), this.#write(write));
  }

  /** Like `text`, for whoever knows the path: a browser's download carries no token. */
  unguardedText(path: string, write: Write): void {
    this.#red.httpAdmin.get(prefix + path, this.#write(write));
  }

  /** A path of these routes as a browser asks for it. */
  url(path: string): string {
    const { httpAdminRoot } = this.#red.settings as { readonly httpAdminRoot?: string };
    return `${(httpAdminRoot ?? '').replace(/\/+$/, '')}${prefix}${path}`;
  }

  /** To be called when all routes are there: answers paths that can't be decoded, and those that lead nowhere. */
  end(): void {
    const { httpAdmin } = this.#red;
    const refuse: ErrorRequestHandler = (error, _req, res, next) => {
      if (!(error instanceof URIError)) return next(error);
      answerError(
        res,
        new HttpProblem(400, 'invalid', `the path can not be decoded: ${error.message}`),
        this.#log,
      );
    };
    const leadNowhere: RequestHandler = (req, res, next) => {
      const path = pathBelow(httpAdmin.path(), req.originalUrl);
      if (!path?.toLowerCase().startsWith(`${prefix}/`)) return next();
      // Elsewhere below the prefix somebody may look for an intake rather than for the admin API.
      const message = own.test(path)
        ? `there is no ${req.method} ${path} in the admin API`
        : `there is nothing at ${path}: an intake receives at exactly the path that its event node names`;
      answerError(res, new NotFound(message), this.#log);
    };
    httpAdmin.use(prefix, refuse);
    httpAdmin.use(own, leadNowhere);
    rootOf(httpAdmin).use(leadNowhere);
  }

  /** Node-RED's own guard, whose refusals become JSON. */
  #guard(kind: 'read' | 'write'): RequestHandler {
    const permission = `provisioning.${kind}`;
    const guard = this.#red.auth.needsPermission(permission);
    return (req, res, next) => {
      const { end } = res;
      const ended = (...given: never): Response => {
        res.end = end;
        if (res.statusCode !== 401) return end.apply(res, given);
        const message = `sign in to Node-RED as a user with the permission ${permission}`;
        answerError(res, new HttpProblem(401, 'unauthorized', message), this.#log);
        return res;
      };
      res.end = ended as Response['end'];
      guard(req, res, (error?: unknown) => {
        res.end = end;
        next(error);
      });
    };
  }

  /** Where no users are known, a page of anywhere that its reader has open could act in his name. */
  readonly #fromHere: RequestHandler = (req, res, next) => {
    try {
      refuseForeign(req.headers);
      // A page may send other types without being asked for leave first.
      requireJson(req);
    } catch (error) {
      return answerError(res, error, this.#log);
    }
    next();
  };

  #answer(status: number, work: Work): RequestHandler {
    return async (req, res) => {
      try {
        answer(res, status, await work(adminRequest(req)));
      } catch (error) {
        answerError(res, error, this.#log);
      }
    };
  }

  #write(write: Write): RequestHandler {
    return async (req, res) => {
      try {
        await write(adminRequest(req), res);
      } catch (error) {
        // Once it streams, only cutting it off tells that it is not complete.
        if (res.headersSent) res.destroy();
        answerError(res, error, this.#log);
      }
    };
  }

  readonly #log = (message: string): void => this.#red.log.error(`provisioning admin API: ${message}`);
}

function adminRequest(req: Request): AdminRequest {
  const { user } = req as { user?: { readonly username?: string } };
  return {
    query: req.query,
    user: user?.username ?? null,
    param: (name) => String(req.params[name] ?? ''),
    json: async () =>
      isEmpty(req) ? {} : withBody(req, inFlight, async (bytes) => parseJson('body', bytes)),
  };
}
