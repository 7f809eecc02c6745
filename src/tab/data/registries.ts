import { type Api, ApiError } from './api.ts';
import type { Comms } from './live-feed.ts';
import { LiveSource } from './live-source.ts';
import { Pace } from './pace.ts';
import type { RegistryRow } from './shapes.ts';

/** `absent`: the API is not there, for instance because the package's nodes are disabled. */
export type RegistriesState = 'loading' | 'ready' | 'forbidden' | 'absent' | 'failed';

const route = 'registries';
const everyMs = 5000;
const whileLostMs = 1000;

interface Sources {
  readonly api: Api;
  /** Tells at once of what is switched. */
  readonly comms?: Comms;
}

/** The registries, asked for every five seconds while the tab is shown; so is noticed whether Node-RED answers. */
export class Registries extends LiveSource<readonly RegistryRow[], Sources> {
  constructor(model: Sources) {
    super(model);
    const noticed = new Pace(() => void this.read(), whileLostMs);
    // Whoever is not answered first, it is known at once, and everywhere.
    model.api.onLost = (path) => {
      if (path !== route && !this.lost) noticed.ask();
    };
  }

  get items(): readonly RegistryRow[] {
    return this.answer ?? [];
  }

  /** Node-RED does not answer; what is shown may be out of date. */
  get lost(): boolean {
    const { problem } = this;
    if (!(problem instanceof ApiError)) return false;
    // A Node-RED that is just starting answers before its nodes are there.
    return problem.lostConnection || (problem.missing && this.items.length > 0);
  }

  get state(): RegistriesState {
    const { problem } = this;
    if (problem === undefined || this.lost) return this.answer ? 'ready' : 'loading';
    if (!(problem instanceof ApiError)) return 'failed';
    return problem.forbidden ? 'forbidden' : problem.missing ? 'absent' : 'failed';
  }

  /** Those whose lists can be read. */
  get readable(): readonly RegistryRow[] {
    return this.items.filter(({ state }) => state !== 'error' && state !== 'orphaned');
  }

  nameOf(id: string): string {
    return this.items.find((registry) => registry.id === id)?.name || id;
  }

  protected override fetch(): Promise<readonly RegistryRow[]> {
    return this.model.api.get(route);
  }

  protected override follow() {
    const { comms } = this.model;
    if (!comms) return [];
    const topic = 'provisioning/switches';
    comms.subscribe(topic, this.ask);
    return [() => comms.unsubscribe(topic, this.ask)];
  }

  protected override pause(): number {
    return this.lost ? whileLostMs : everyMs;
  }
}
