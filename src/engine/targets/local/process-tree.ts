import { setTimeout as delay } from 'node:timers/promises';

/** What a tree is given between SIGTERM and SIGKILL, in ms. */
const graceMs = 2000;
/**
 * How long it is waited for after SIGKILL, in ms. Nobody can refuse, but dying takes a moment; and a dead process
 * that its parent does not look after, as in a container without an init, is listed for ever.
 */
const dyingMs = 500;
const pollMs = 25;

const running = new Set<number>();
let watchingExit = false;

/**
 * A script and its descendants: a process group of its own, led by the script. Those that are left when Node-RED
 * ends get SIGTERM. On Windows, which has no process groups, it is the script alone.
 */
export class ProcessTree {
  readonly #pid: number;

  /** @param pid of a process that was started `detached`, and so leads its group */
  constructor(pid: number) {
    this.#pid = pid;
    running.add(pid);
    // One listener for all: scripts come and go by the hundred a second.
    if (!watchingExit) process.on('exit', endAll);
    watchingExit = true;
  }

  /** Its leader has ended by itself: nobody is asked to go when Node-RED ends. */
  release(): void {
    running.delete(this.#pid);
  }

  /** SIGTERM, and SIGKILL 2 s later to whoever is left. Resolves when the tree is gone, after 2.5 s at the latest. */
  async end(): Promise<void> {
    signal(this.#pid, 'SIGTERM');
    if (!(await this.#isGoneWithin(graceMs))) {
      signal(this.#pid, 'SIGKILL');
      await this.#isGoneWithin(dyingMs);
    }
    this.release();
  }

  async #isGoneWithin(ms: number): Promise<boolean> {
    const deadline = performance.now() + ms;
    while (signal(this.#pid, 0)) {
      if (performance.now() >= deadline) return false;
      await delay(pollMs);
    }
    return true;
  }
}

function endAll(): void {
  for (const pid of running) signal(pid, 'SIGTERM');
}

/** @returns whether there was a process to get it */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(process.platform === 'win32' ? pid : -pid, name);
  } catch {
    return false;
  }
}
