import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { NodeAPI } from 'node-red';
import type { z } from 'zod';
import type { Engine } from '../../engine/engine.ts';
import { withoutAbsent } from '../../engine/words/absent.ts';
import { NotFound } from '../../engine/words/errors.ts';
import { hopsHeader, parseHops } from '../../engine/words/hops.ts';
import { parse } from '../../engine/words/parse.ts';
import { audited, type Change, type ChangeName } from '../audit.ts';
import { answer, answerError } from '../http/answer.ts';
import { rootOf } from '../http/apps.ts';
import { isEmpty, parseJson, requireJson, withBody } from '../http/body.ts';
import { BytesInFlight } from '../http/bytes-in-flight.ts';
import { refuseForeign } from '../http/foreign-page.ts';
import { pathBelow } from '../http/path.ts';
import { HttpProblem } from '../http/problem.ts';
import { keepUnparsed } from '../http/unparsed.ts';
import { deployedEngine } from '../node-home.ts';
import type { Provisioning } from '../provisioning.ts';

/** A request to the admin API. */
export interface AdminRequest {
  /** A part of the path, by the name that the route gives it. */
  param(name: string): string;
  /** All of them. */
  readonly params: Readonly<Record<string, string>>;
  /** A registry by its id, or the one that the path names. @throws NotFound, or Unavailable when it is deployed but not in force */
  engine(registry?: string): Engine;
  /** What stands behind the path. */
  readonly query: unknown;
  /** The same, checked; what is empty is as good as absent. @throws InvalidInput */
  asked<T extends z.ZodType>(schema: T): z.output<T>;
  /** The body; `{}` when there is none. @throws InvalidInput, TooLarge */
  json(): Promise<unknown>;
  /** The body once it has been read; undefined before, and where it is no JSON. */
  readonly sent: unknown;
  /** The same, checked. @throws InvalidInput, TooLarge */
  body<T extends z.ZodType>(schema: T): Promise<z.output<T>>;
  /** How many calls of handlers have led to it, by its own account. @throws InvalidInput */
  hops(): number;
  /** Who asks; null when Node-RED knows no users. */
  readonly user: string | null;
}

/** What a route does. @returns what is answered; whatever it throws becomes an answer too */
export type Work = (request: AdminRequest) => unknown;

/** What a route changes; it may hang on what is sent. */
export type Changes = ChangeName | ((sent: unknown) => ChangeName);

/** Writes an answer itself. What it throws before it has begun becomes an answer. */
export type Write = (request: AdminRequest, res: Response) => Promise<void>;

/** Bytes of bodies, of all routes together. */
const inFlight = new BytesInFlight(16 * 1024 * 1024);

const prefix = '/provisioning';
/** What is of this package for certain; the rest of the prefix may be of a flow when `httpNode` has the same root. */
const own = /^\/provisioning\/(?:registries|nodes|exports|metrics|doctor|instances|ready)(?=\/|$)/i;

/** The routes of this package below `httpAdmin`: guarded, and no error of theirs leaves them. */
export class Routes {
  readonly #red: NodeAPI;
  readonly #provisioning: Provisioning;

  constructor(red: NodeAPI, provisioning: Provisioning) {
    this.#red = red;
    this.#provisioning = provisioning;
    keepUnparsed(red.httpAdmin, (path) => own.test(path));
  }

  get(path: string, work: Work): void {
    this.text(path, answering(200, work));
  }

  patch(path: string, changes: Changes, work: Work): void {
    this.#serve('patch', path, answering(200, work), 'write', changes);
  }

  /** Its work is accepted rather than done: 202. */
  post(path: string, changes: Changes, work: Work): void {
    this.#serve('post', path, answering(202, work), 'write', changes);
  }

  /** What it does is done when it is answered: 200. */
  act(path: string, changes: Changes, work: Work): void {
    this.#serve('post', path, answering(200, work), 'write', changes);
  }

  /** A question that needs a body: it reads, and changes nothing. */
  ask(path: string, work: Work): void {
    this.#serve('post', path, answering(200, work), 'read');
  }

  /** An answer that is not JSON. */
  text(path: string, write: Write): void {
    this.#serve('get', path, write, 'read');
  }

  /** Like `text`, for whoever knows the path: a browser's download carries no token, nor does a load balancer. */
  unguardedText(path: string, write: Write): void {
    this.#serve('get', path, write);
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
      this.#refuse(res, new HttpProblem(400, 'invalid', `the path can not be decoded: ${error.message}`));
    };
    const leadNowhere: RequestHandler = (req, res, next) => {
      const path = pathBelow(httpAdmin.path(), req.originalUrl);
      if (!path?.toLowerCase().startsWith(`${prefix}/`)) return next();
      // Elsewhere below the prefix somebody may look for an intake rather than for the admin API.
      const message = own.test(path)
        ? `there is no ${req.method} ${path} in the admin API`
        : `there is nothing at ${path}: an intake receives at exactly the path that its event node names`;
      this.#refuse(res, new NotFound(message));
    };
    httpAdmin.use(prefix, refuse);
    httpAdmin.use(own, leadNowhere);
    rootOf(httpAdmin).use(leadNowhere);
  }

  #serve(
    method: 'get' | 'patch' | 'post',
    path: string,
    write: Write,
    permission?: 'read' | 'write',
    changes?: Changes,
  ): void {
    this.#red.httpAdmin[method](
      prefix + path,
      ...(permission ? [this.#guard(`provisioning.${permission}`)] : []),
      async (req: Request, res: Response) => {
        const request = this.#request(req);
        const serve = (): Promise<void> => {
          if (method !== 'get') {
            // Where no users are known, a page of anywhere that its reader has open could act in his name.
            refuseForeign(req.headers);
            // A page may send other types without being asked for leave first.
            requireJson(req);
          }
          return write(request, res);
        };
        try {
          await (changes ? audited(this.#red.log, changeBy(request, changes), serve, req) : serve());
        } catch (error) {
          // Once it streams, only cutting it off tells that it is not complete.
          if (res.headersSent) res.destroy();
          this.#refuse(res, error);
        }
      },
    );
  }

  /** Node-RED's own guard, whose refusals become JSON. */
  #guard(permission: string): RequestHandler {
    const guard = this.#red.auth.needsPermission(permission);
    return (req, res, next) => {
      const { end } = res;
      const ended = (...given: never): Response => {
        res.end = end;
        if (res.statusCode !== 401) return end.apply(res, given);
        const message = `sign in to Node-RED as a user with the permission ${permission}`;
        this.#refuse(res, new HttpProblem(401, 'unauthorized', message));
        return res;
      };
      res.end = ended as Response['end'];
      guard(req, res, (error?: unknown) => {
        res.end = end;
        next(error);
      });
    };
  }

  #request(req: Request): AdminRequest {
    const { user } = req as { user?: { readonly username?: string } };
    const param = (name: string) => String(req.params[name] ?? '');
    let sent: unknown;
    const json = async () => {
      sent = isEmpty(req) ? {} : await withBody(req, inFlight, async (bytes) => parseJson('body', bytes));
      return sent;
    };
    return {
      param,
      params: req.params,
      get sent() {
        return sent;
      },
      engine: (registry = param('registry')) => deployedEngine(this.#provisioning, registry),
      query: req.query,
      asked: (schema) => parse('query', schema, withoutAbsent(req.query)),
      json,
      body: async (schema) => parse('body', schema, await json()),
      hops: () => parseHops(hopsHeader, req.headers[hopsHeader]),
      user: user?.username ?? null,
    };
  }

  #refuse(res: Response, error: unknown): void {
    answerError(res, error, (message) => this.#red.log.error(`provisioning admin API: ${message}`));
  }
}

function changeBy(request: AdminRequest, changes: Changes): () => Change {
  return () => {
    const { params, user, sent } = request;
    const name = typeof changes === 'string' ? changes : changes(sent);
    return { name, about: params, by: user, given: sent };
  };
}

function answering(status: number, work: Work): Write {
  return async (request, res) => answer(res, status, await work(request));
}
