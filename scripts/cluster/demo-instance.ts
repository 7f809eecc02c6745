import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** One of the Node-REDs of the demo. */
export class DemoInstance {
  readonly number: number;
  readonly port: number;
  readonly #userDir: string;
  readonly #database: string;
  #process: ChildProcess | undefined;
  #state: 'down' | 'up' | 'standing still' = 'down';

  constructor(number: number, port: number, userDir: string, database: string) {
    this.number = number;
    this.port = port;
    this.#userDir = userDir;
    this.#database = database;
  }

  get state(): string {
    return this.#state;
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  /** What it prints is printed with its number. */
  start(): void {
    if (this.#process) return;
    const child = spawn(process.execPath, [join(import.meta.dirname, '../demo.ts'), this.#userDir], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PORT: String(this.port), PROVISIONING_POSTGRES_URL: this.#database },
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream as Readable).on('line', (line) => {
        console.log(`[${this.number}] ${line}`);
        if (line.includes('Started flows')) this.#state = 'up';
      });
    child.once('exit', () => {
      this.#process = undefined;
      this.#state = 'down';
    });
  }

  do(action: string): void {
    if (action === 'start') this.start();
    if (action === 'kill') this.#process?.kill('SIGKILL');
    if (action === 'stop') this.#process?.kill('SIGTERM');
    if (action === 'pause' && this.isUp) this.#signal('SIGSTOP', 'standing still');
    if (action === 'resume' && this.#state === 'standing still') this.#signal('SIGCONT', 'up');
  }

  #signal(signal: NodeJS.Signals, state: 'up' | 'standing still'): void {
    this.#process?.kill(signal);
    this.#state = state;
  }
}
