import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tail } from '../resident/tail.ts';
import { TextCapture } from '../text-capture.ts';
import { machineNow } from './machine-clock.ts';
import type { Ended, RunOptions, run } from './run.ts';
import type { Answer, Request } from './starter-program.ts';

const program = fileURLToPath(new URL(`./starter-program${extname(import.meta.url)}`, import.meta.url));

interface Patience {
  /** Without a call for so long, the process ends, to give its memory back. */
  readonly idleMs: number;
  /** The process ends a program within 3 s of its deadline; so long after it, the process is taken to be stuck. */
  readonly stuckMs: number;
}

const usual: Patience = { idleMs: 300_000, stuckMs: 15_000 };

/**
 * A `run` whose programs are started by another process. To start one is to fork, which holds up everything else in a
 * process, and the longer the more memory it has: one that has little does it for Node-RED. It is started by the first
 * call, and after its end by the next one; with Node-RED it ends, and what it runs, too.
 *
 * The promise rejects, with an error that has no `code`, when that process does not start, dies or answers nothing: the
 * program may have run then, or still run.
 */
export function starter(patience: Partial<Patience> = {}): typeof run {
  let life: Life | undefined;
  return async (file, options) => {
    if (!life?.isUp) life = new Life({ ...usual, ...patience });
    return life.run(file, options);
  };
}

interface Waiting {
  readonly timer: NodeJS.Timeout;
  readonly resolve: (ended: Ended) => void;
  readonly reject: (error: Error) => void;
}

const processes = new Set<ChildProcess>();
let watchingExit = false;

/** One life of the process, and who waits for it. */
class Life {
  readonly #process: ChildProcess;
  readonly #patience: Patience;
  readonly #waiting = new Map<number, Waiting>();
  readonly #stderr = new Tail();
  #lastNumber = 0;
  #isGone = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(patience: Patience) {
    this.#patience = patience;
    // Neither the options of Node-RED's own Node.js nor its variables are this process's business. A small young
    // generation keeps the memory that is copied by each start at half.
    this.#process = fork(program, {
      execArgv: ['--max-semi-space-size=1'],
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.on('message', (answer: Answer) => this.#settle(answer));
    this.#process.on('error', ({ message }) => this.#fail(`can not be started: ${message}`));
    // After the last of its answers, as `exit` need not be.
    this.#process.once('close', (code, signal) =>
      this.#lose(signal ? `was ended by ${signal}` : `ended with exit code ${code}`),
    );
    this.#process.stderr?.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    for (const handle of [this.#process, this.#process.channel, this.#process.stderr as Socket | null])
      handle?.unref();
    endWithNodeRed(this.#process);
  }

  get isUp(): boolean {
    const { connected, exitCode, signalCode } = this.#process;
    return !this.#isGone && connected && exitCode === null && signalCode === null;
  }

  run(file: string, { timeoutMs, ...options }: RunOptions): Promise<Ended> {
    return new Promise((resolve, reject) => {
      clearTimeout(this.#idle);
      const number = ++this.#lastNumber;
      // It keeps Node-RED up, too, while the program runs.
      const timer = setTimeout(() => this.#lose('does not answer'), timeoutMs + this.#patience.stuckMs);
      this.#waiting.set(number, { timer, resolve, reject });
      const request: Request = { ...options, number, file, deadline: machineNow() + timeoutMs };
      // What can not be sent any more is told by the end of the process.
      this.#process.send?.(request, () => undefined);
    });
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    if (!waiting) return;
    this.#waiting.delete(answer.number);
    clearTimeout(waiting.timer);
    if ('failure' in answer) {
      const { message, code } = answer.failure;
      waiting.reject(Object.assign(new Error(message), { code }));
    } else {
      const { stdout, stderr, ...facts } = answer.ended;
      waiting.resolve({ ...facts, stdout: TextCapture.of(stdout), stderr: TextCapture.of(stderr) });
    }
    if (this.#waiting.size > 0) return;
    this.#idle = setTimeout(() => this.#process.disconnect(), this.#patience.idleMs).unref();
  }

  #lose(how: string): void {
    this.#fail(`${how}: how far the script came is not known`);
    this.#process.kill('SIGTERM');
  }

  #fail(why: string): void {
    this.#isGone = true;
    processes.delete(this.#process);
    const said = this.#stderr.text();
    const reason = `the process that starts scripts ${why}`;
    for (const { timer, reject } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Error(said ? `${reason}; it said: ${said}` : reason));
    }
    this.#waiting.clear();
  }
}

function endWithNodeRed(child: ChildProcess): void {
  if (!watchingExit) process.on('exit', endAll);
  watchingExit = true;
  processes.add(child);
}

function endAll(): void {
  for (const child of processes) child.kill('SIGTERM');
}
