import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TransientMap } from '../../words/transient-map.ts';
import { Deadline } from '../deadline.ts';
import { nothingSecret } from '../redaction/redaction.ts';
import { standstill } from '../standstill.ts';
import { Tail } from '../tail.ts';
import { machineNow } from './machine-clock.ts';
import type { Ended, RunOptions, run } from './run.ts';
import type { FromStarter, RunRequest, RunResult, ToStarter } from './starter-program.ts';
import { endTreesNow, startersVariables } from './windows.ts';

const program = fileURLToPath(new URL(`./starter-program${extname(import.meta.url)}`, import.meta.url));

interface Patience {
  /** Without a call for so long, the process ends, to give its memory back. */
  readonly idleMs: number;
  /** The process ends a program within 3 s of its deadline; so long after it, the process is taken to be stuck. */
  readonly stuckMs: number;
}

const usual: Patience = { idleMs: 300_000, stuckMs: 15_000 };
/** When it has not ended so long after a SIGTERM, in ms, the process is stuck. */
const hopelessMs = 5000;

/** The process that was to run a program is gone: how far the program came is not known. */
export class StarterLost extends Error {}

/**
 * A `run` whose programs are started by another process. To start one is to fork, which holds up everything else in a
 * process, and the longer the more memory it has: one that has little does it for Node-RED. It is started by the first
 * call, and after its end by the next one; with Node-RED it ends, and what it runs, too.
 *
 * The promise rejects with a StarterLost when that process dies or answers nothing: the program may have run then, or
 * still run.
 */
export function starter(patience: Partial<Patience> = {}): typeof run {
  let life: Life | undefined;
  return async (file, options) => {
    if (!life?.isUp) life = new Life({ ...usual, ...patience });
    return life.run(file, options);
  };
}

interface PendingRun {
  readonly request: RunRequest;
  readonly deadline: Deadline;
  /** How long this process had stood still when it asked. */
  readonly stoodBefore: number;
  readonly resolve: (ended: Ended) => void;
  readonly reject: (error: Error) => void;
}

const processes = new Set<ChildProcess>();
process.on('exit', () => tellToEnd([...processes]));

/** One life of the process, and who waits for it. */
class Life {
  readonly #process: ChildProcess;
  readonly #patience: Patience;
  readonly #waiting = new TransientMap<number, PendingRun>();
  readonly #stderr = new Tail();
  #lastNumber = 0;
  #cameUp = false;
  #isGone = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(patience: Patience) {
    this.#patience = patience;
    // Neither the options of Node-RED's own Node.js nor its variables are this process's business. A small young
    // generation keeps the memory that is copied by each start at half.
    this.#process = fork(program, {
      execArgv: ['--max-semi-space-size=1'],
      env: startersVariables(process.platform, process.env),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.on('message', (message: FromStarter) => this.#hear(message));
    this.#process.on('error', ({ message }) => this.#fail(`can not be started: ${message}`));
    this.#process.once('exit', () => processes.delete(this.#process));
    // After the last of its answers, as `exit` need not be.
    this.#process.once('close', (code, signal) =>
      this.#lose(signal ? `was ended by ${signal}` : `ended with exit code ${code}`),
    );
    this.#process.stderr?.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    for (const handle of [this.#process, this.#process.channel, this.#process.stderr as Socket | null])
      handle?.unref();
    processes.add(this.#process);
  }

  get isUp(): boolean {
    const { connected, exitCode, signalCode } = this.#process;
    return !this.#isGone && connected && exitCode === null && signalCode === null;
  }

  run(file: string, { timeoutMs, ...options }: RunOptions): Promise<Ended> {
    return new Promise((resolve, reject) => {
      clearTimeout(this.#idle);
      const number = ++this.#lastNumber;
      const now = machineNow();
      // What waits for the process to come up is late for that reason: it is not asked about, but run.
      const sent = this.#cameUp ? now : null;
      const request = { ...options, number, file, sent, deadline: now + timeoutMs };
      // It keeps Node-RED up, too, while the program runs.
      const deadline = new Deadline(timeoutMs + this.#patience.stuckMs, () => this.#missAnswer());
      this.#waiting.set(number, { request, deadline, stoodBefore: standstill.soFar(), resolve, reject });
      this.#send(request);
    });
  }

  #hear(message: FromStarter): void {
    if (message === 'up') this.#cameUp = true;
    else if (message === 'idle') this.#letGo();
    else if (message === 'reading') this.#rest();
    else if ('late' in message) this.#sendAgain(message.late);
    else this.#settle(message);
  }

  /** The time that all of the machine, or this process too, stood still is not the script's. */
  #sendAgain(number: number): void {
    const waiting = this.#waiting.get(number);
    if (!waiting) return;
    const { request, stoodBefore } = waiting;
    const stood = standstill.soFar() - stoodBefore;
    this.#send({ ...request, sent: null, deadline: request.deadline + stood });
  }

  #settle(answer: RunResult): void {
    const waiting = this.#waiting.get(answer.number);
    if (!waiting) return;
    this.#waiting.delete(answer.number);
    waiting.deadline.end();
    if ('ended' in answer) waiting.resolve(answer.ended);
    else waiting.reject(Object.assign(new Error(answer.failure.message), { code: answer.failure.code }));
    this.#rest();
  }

  #rest(): void {
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#send('idle?'), this.#patience.idleMs).unref();
  }

  /** What can not be sent any more is told by the end of the process. */
  #send(message: ToStarter): void {
    this.#process.send?.(message, () => undefined);
  }

  #letGo(): void {
    if (this.#waiting.size === 0 && this.#process.connected) this.#process.disconnect();
  }

  #missAnswer(): void {
    this.#lose('does not answer');
    tellToEnd([this.#process]);
    setTimeout(() => this.#process.kill('SIGKILL'), hopelessMs).unref();
  }

  #lose(how: string): void {
    if (this.#cameUp)
      this.#fail(`${how}: how far the script came is not known`, (reason) => new StarterLost(reason));
    else this.#fail(`can not be started: it ${how}`);
  }

  #fail(why: string, errorOf = (reason: string) => new Error(reason)): void {
    this.#isGone = true;
    const said = this.#stderr.text(nothingSecret);
    const reason = `the process that starts scripts ${why}`;
    for (const { deadline, reject } of this.#waiting.values()) {
      deadline.end();
      reject(errorOf(said ? `${reason}; it said: ${said}` : reason));
    }
    this.#waiting.clear();
  }
}

/** With all that they run, which is theirs to do where it can be told to them. */
function tellToEnd(children: readonly ChildProcess[]): void {
  const pids = children.map(({ pid }) => pid).filter((pid) => pid !== undefined);
  if (!endTreesNow(pids)) for (const child of children) child.kill('SIGTERM');
}
