import type { NodeAPI } from 'node-red';
import type { Engine } from '../../engine/engine.ts';
import { AddressGuard } from '../../engine/targets/http/address-guard.ts';
import { ScriptFolders } from '../../engine/targets/local/script-folders.ts';
import type { Diagnosis, Sign } from '../../engine/words/diagnosis.ts';
import { readManifest } from '../manifest.ts';
import { onePerRuntime, type Provisioning, provisioningOf } from '../provisioning.ts';
import { checkClock, checkNewestRow, readClocks } from './clock.ts';
import { Deployment } from './deployment.ts';
import { diagnosisOf } from './findings.ts';
import { checkFolder } from './folder.ts';
import type { HandlerFacts } from './handler-facts.ts';
import { checkHandlers } from './handlers.ts';
import { checkIntakes } from './intakes.ts';
import { checkHomeless, checkOrphaned, checkRefused, checkRegistry } from './registries.ts';
import { checkScripts } from './scripts.ts';
import { checkSecrets } from './secrets.ts';
import { signOf } from './sign.ts';
import { checkTargets, withAddress } from './targets.ts';
import { checkVersions, type Supported } from './versions.ts';

/** What it takes to deliver events here, looked at as a whole: what is wrong, what will be, and what to do about it. */
export class Doctor {
  readonly #red: NodeAPI;
  readonly #provisioning: Provisioning;
  readonly #started = readClocks();
  /** Flows stop: their folder may be gone soon. */
  #stop = new AbortController();
  #examining: Promise<Diagnosis> | undefined;

  constructor(red: NodeAPI, provisioning: Provisioning) {
    this.#red = red;
    this.#provisioning = provisioning;
    red.events.on('flows:stopping', () => {
      this.#stop.abort();
      this.#stop = new AbortController();
    });
  }

  /**
   * Looks at everything that needs no network. Whoever asks while that is under way gets the same answer: the disk is
   * not asked to sync twice at a time.
   */
  examine(): Promise<Diagnosis> {
    this.#examining ??= this.#examine().finally(() => {
      this.#examining = undefined;
    });
    return this.#examining;
  }

  /** The same, and reaches the targets of HTTP handlers without calling them. */
  async examineAndReach(): Promise<Diagnosis> {
    const [diagnosis, signs] = await Promise.all([this.examine(), this.#reach()]);
    return diagnosisOf([...diagnosis.findings, ...signs], diagnosis.targets, Date.now());
  }

  /** Reaches targets, and looks at nothing else. @param handlers ids of their handlers; others are left out */
  async reach(handlers: readonly string[]): Promise<Diagnosis> {
    return diagnosisOf(await this.#reach(new Set(handlers)), handlers, Date.now());
  }

  /** The same without the folder, which a deploy does not alter: nothing is written. */
  examineDeployment(): Promise<Diagnosis> {
    return this.#examine(false);
  }

  async #examine(withFolder = true): Promise<Diagnosis> {
    const deployment = new Deployment(this.#red, this.#provisioning);
    const [folder, registries, rows, orphans, handlers] = await Promise.all([
      withFolder && !this.#provisioning.settings.postgres
        ? checkFolder(this.#provisioning.dir(), deployment.isInUse, this.#stop.signal)
        : [],
      deployment.registries(),
      Promise.all(this.#provisioning.engines().map(checkRows)),
      this.#orphans(deployment),
      deployment.handlers(),
    ]);
    const signs = [
      ...this.#settings(deployment),
      ...this.#provisioning.refusedRegistries().map(checkRefused),
      ...registries.flatMap(checkRegistry),
      ...checkHandlers(handlers, deployment.namelessProblems()),
      ...checkSecrets(deployment.references(handlers)),
      ...this.#scripts(handlers),
      ...deployment.homeless().map(checkHomeless),
      ...checkIntakes(this.#provisioning.intakes.list(), deployment.listening(), (id) =>
        deployment.registryOf(id),
      ),
      ...folder,
      checkClock(this.#started, readClocks()),
      ...rows.flat(),
      ...this.#versions(),
      ...orphans,
    ];
    const targets = withAddress(handlers).map(({ handler }) => handler.id);
    return diagnosisOf(signs, targets, Date.now());
  }

  async #reach(only?: ReadonlySet<string>): Promise<Sign[]> {
    const handlers = await new Deployment(this.#red, this.#provisioning).handlers();
    const asked = withAddress(handlers).filter(({ handler }) => only?.has(handler.id) ?? true);
    return checkTargets(asked, new AddressGuard(this.#provisioning.settings.http));
  }

  #settings({ isInUse }: Deployment): Sign[] {
    const { settingsError } = this.#provisioning;
    // Where there are registries, each of them says it.
    if (settingsError && !isInUse)
      return [signOf('error', 'settings', 'wrong', { values: { reason: settingsError.message } })];
    return isInUse ? [] : [signOf('notice', 'registries', 'none')];
  }

  #scripts(handlers: readonly HandlerFacts[]): Sign[] {
    const { scriptFolders: folders, scripts: enabled } = this.#provisioning.settings;
    return checkScripts(handlers, new ScriptFolders({ folders, enabled }));
  }

  #versions(): Sign[] {
    const manifest = readManifest();
    const supported: Supported = { node: manifest.engines.node, nodeRed: manifest['node-red'].version };
    const { version, platform, arch } = process;
    const versions = {
      package: manifest.version,
      node: version.slice(1),
      nodeRed: String(this.#red.version()),
      system: `${platform} ${arch}`,
    };
    return checkVersions(versions, supported);
  }

  async #orphans(deployment: Deployment): Promise<Sign[]> {
    const stored = await this.#provisioning.storedRegistries();
    return stored
      .filter((id) => deployment.registryOf(id) === null)
      .map((id) => checkOrphaned(id, this.#provisioning.placeOf(id)));
  }
}

/** The doctor of a runtime. */
export const doctorOf = onePerRuntime((red) => new Doctor(red, provisioningOf(red)));

/** Whether the newest of a registry's rows are of a time that is yet to come. */
async function checkRows(engine: Engine): Promise<Sign[]> {
  if (engine.state === 'starting') return [];
  const registry = { id: engine.id, name: engine.config.name };
  try {
    const log = await engine.log();
    const [events, executions] = await Promise.all([
      log.events({}, { limit: 1 }),
      log.executions({}, { limit: 1 }),
    ]);
    const times = [events.items[0]?.acceptedAt, executions.items[0]?.startedAt];
    const newest =
      times
        .filter((at) => at != null)
        .sort()
        .at(-1) ?? null;
    return checkNewestRow(newest, Date.now(), registry);
  } catch {
    // Why it can not be asked, the registry tells.
    return [];
  }
}
