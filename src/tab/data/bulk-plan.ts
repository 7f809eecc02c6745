import { Observable } from './observable.ts';

/** Something to be done with many: counted first, then done, until one stops it. */
export abstract class BulkPlan extends Observable {
  state: 'asking' | 'running' | 'stopped' | 'done' = 'asking';
  /** Why it could not be counted, or done. */
  problem: unknown;

  /** How many it would be done with; undefined while that is being counted. */
  abstract get matched(): number | undefined;

  async count(): Promise<void> {
    await this.#telling(() => this.look());
    this.changed();
  }

  /** Does it; what could not begin can be asked for again. */
  async run(ratePerSecond: number): Promise<void> {
    this.problem = undefined;
    this.state = 'running';
    this.changed();
    const done = await this.#telling(() => this.act(ratePerSecond));
    if (this.state === 'running') this.state = done ? 'done' : this.hasBegun ? 'stopped' : 'asking';
    this.changed();
  }

  stop(): void {
    if (this.state !== 'running') return;
    this.state = 'stopped';
    this.changed();
  }

  /** Something of it is done already. */
  protected abstract get hasBegun(): boolean;

  /** Finds out how many there are. @throws ApiError */
  protected abstract look(): Promise<void>;

  /** Does it, or lets Node-RED do it. @throws ApiError */
  protected abstract act(ratePerSecond: number): Promise<void>;

  async #telling(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.problem = error;
      return false;
    }
  }
}
