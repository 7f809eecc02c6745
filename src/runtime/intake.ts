import type { Request, RequestHandler, Response } from 'express';
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { InvalidInput } from '../engine/words/errors.ts';
import { defaultIntakePath, normalisePath } from '../engine/words/intake-path.ts';
import { answer, answerError } from './http/answer.ts';
import { BytesInFlight } from './http/bytes-in-flight.ts';
import { keepUnparsed } from './http/unparsed.ts';
import { isAdminPath } from './intake/admin-paths.ts';
import { closedGuard, type Guard } from './intake/guard.ts';
import type { IntakePaths, Receiver } from './intake/intake-paths.ts';
import { hasNodeAuth } from './intake/node-auth.ts';
import { receive } from './intake/receive.ts';
import { guardOf, type IntakeCredentials, misconfigured } from './intake/sign-in.ts';
import { untilStarted } from './intake/until-started.ts';
import { requireEngine } from './node-home.ts';
import { errorStatus } from './node-outcome.ts';
import { onePerRuntime, type Provisioning, provisioningOf } from './provisioning.ts';

/** An event node's intake, as its dialog has it. */
export interface IntakeDef {
  readonly registry: string;
  readonly intake?: boolean;
  readonly path?: string;
  readonly intakeAuth?: string;
}

/** Bytes of bodies, of all intakes together. */
const mostInFlight = 64 * 1024 * 1024;

/** Where event nodes receive events: one handler for all paths is mounted once, and looks them up. */
export class Intake {
  readonly #red: NodeAPI;
  readonly #provisioning: Provisioning;
  readonly #paths: IntakePaths;
  readonly #inFlight = new BytesInFlight(mostInFlight);

  constructor(red: NodeAPI, provisioning: Provisioning) {
    this.#red = red;
    this.#provisioning = provisioning;
    this.#paths = provisioning.intakes;
    provisioning.onStarted(() => this.#paths.settle());
    if (isOff(red)) return;
    const ourPath = (path: string) => this.#paths.find(path) !== undefined;
    keepUnparsed(red.httpNode, ourPath);
    const ours =
      (handler: RequestHandler): RequestHandler =>
      (req, res, next) =>
        ourPath(normalisePath(req.url)) ? handler(req, res, next) : next();
    red.httpNode.use(
      untilStarted(provisioning, ourPath),
      ...middlewareOf(red).map(ours),
      ours((req, res) => this.#receive(req, res)),
    );
  }

  /**
   * The node receives events at its path from now on.
   * @param show is told what there is to say of it, such as that it is open to everybody; `{}` when nothing is
   * @param problem why it can take none: its path is kept, and senders are told to come back later
   * @returns what ends it
   */
  mount(
    node: Node,
    { intake, path = defaultIntakePath, registry, intakeAuth }: IntakeDef,
    credentials: IntakeCredentials,
    show: (status: NodeStatus) => void,
    problem?: InvalidInput,
  ): (() => void) | undefined {
    if (!intake) return undefined;
    const red = this.#red;
    const refuse = (error: InvalidInput) => {
      node.error(error.message);
      show(errorStatus(error.message));
    };
    const fault = faultOfPath(red, path);
    if (fault) {
      refuse(fault);
      return undefined;
    }
    const guard = problem ? closedGuard(problem) : this.#guardOf(node, intakeAuth, credentials);
    const receiver: Receiver = {
      node: node.id,
      label: node.name || node.id,
      registry,
      guard,
      onPlace: (first) => {
        if (first !== receiver) {
          const inUse = red._('provisioning-event.error.inUse', { path, name: first.label });
          refuse(misconfigured(red, 'path', inUse));
        } else if (guard.problem) show(errorStatus(guard.problem.message));
        else show(guard.open && !hasNodeAuth(red) ? openStatus(red) : {});
      },
    };
    return this.#paths.enter(normalisePath(path), receiver);
  }

  /** Without its secret an intake has its path all the same: a sender that is told 404 may never come back. */
  #guardOf(node: Node, auth: unknown, credentials: IntakeCredentials): Guard {
    try {
      return guardOf(this.#red, auth, credentials);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      node.error(error.message);
      return closedGuard(error);
    }
  }

  async #receive(req: Request, res: Response): Promise<void> {
    try {
      const path = normalisePath(req.url);
      const receiver = this.#paths.find(path) as Receiver;
      const engine = () => requireEngine(this.#provisioning, receiver.registry);
      const { status, body } = await receive(req, path, receiver, this.#inFlight, engine);
      answer(res, status, body);
    } catch (error) {
      answerError(res, error, (message) => this.#red.log.error(`provisioning intake: ${message}`));
    }
  }
}

/** The intake of this runtime. */
export const intakeOf = onePerRuntime((red) => new Intake(red, provisioningOf(red)));

function isOff({ httpNode, settings }: NodeAPI): boolean {
  return typeof httpNode !== 'function' || (settings.httpNodeRoot as unknown) === false;
}

/** Why the intake can not have a path. */
function faultOfPath(red: NodeAPI, path: string): InvalidInput | undefined {
  if (isOff(red)) return misconfigured(red, '', red._('provisioning-event.error.off'));
  if (!path) return misconfigured(red, 'path', red._('provisioning-event.error.noPath'));
  if (isAdminPath(red, normalisePath(path)))
    return misconfigured(red, 'path', red._('provisioning-event.error.adminPath', { path }));
  return undefined;
}

/** As the core's `http in` has it: a function or a list of them. */
function middlewareOf(red: NodeAPI): RequestHandler[] {
  const { httpNodeMiddleware } = red.settings as { httpNodeMiddleware?: unknown };
  return [httpNodeMiddleware].flat().filter((one): one is RequestHandler => typeof one === 'function');
}

function openStatus(red: NodeAPI): NodeStatus {
  return { fill: 'yellow', shape: 'ring', text: red._('provisioning-event.status.open') };
}
