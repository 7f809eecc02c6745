import type { NodeAPI } from 'node-red';
import { type Diagnosis, type Finding, findingLevels } from '../../engine/words/diagnosis.ts';
import type { Provisioning } from '../provisioning.ts';
import type { Doctor } from './doctor.ts';

/**
 * Says in the log how it stands once flows have started and the journals are open: once, and again after a deploy that
 * made something worse. It holds up nothing, asks no network, and is silent where this package is not used.
 */
export function tellAtStart(red: NodeAPI, provisioning: Provisioning, doctor: Doctor): void {
  /** What was bad when it was looked at last. */
  let known: ReadonlySet<string> | undefined;
  let deploys = 0;
  provisioning.onStarted(() => {
    const deploy = ++deploys;
    void tell(deploy).catch((error) => red.log.debug(`provisioning: the doctor could not look: ${error}`));
  });

  async function tell(deploy: number): Promise<void> {
    if (provisioning.engines().length + provisioning.refusedRegistries().length === 0) return;
    await Promise.allSettled(provisioning.engines().map((engine) => engine.log()));
    // Another deploy has begun its own round meanwhile.
    if (deploy !== deploys) return;
    const diagnosis = await (known ? doctor.examineDeployment() : doctor.examine());
    if (deploy !== deploys) return;
    const bad = diagnosis.findings.filter(isBad).map(keyOf);
    if (!known || bad.some((key) => !known?.has(key))) {
      const line = lineOf(diagnosis, rootOf(red));
      if (bad.length > 0) red.log.warn(line);
      else red.log.info(line);
    }
    known = new Set(bad);
  }
}

function isBad({ level }: Finding): boolean {
  return level === 'error' || level === 'warning';
}

function keyOf({ check, sign, subject, registry, handler }: Finding): string {
  return JSON.stringify([check, sign, subject, registry?.id, handler?.id]);
}

/** @param root `httpAdminRoot`, without a slash at its end */
export function lineOf({ counts, findings }: Diagnosis, root: string): string {
  const [worst] = findings;
  const all = findings.length;
  if (!worst || !isBad(worst)) {
    const notices = counts.notice > 0 ? ` (${counted(counts.notice, 'notice')})` : '';
    return `Provisioning: all ${counted(all, 'check')} well${notices}`;
  }
  const told = findingLevels
    .slice(0, 2)
    .filter((level) => counts[level] > 0)
    .map((level) => counted(counts[level], level));
  const which = told.length > 1 || counts[worst.level] > 1 ? '; the first' : '';
  return `Provisioning: ${told.join(' and ')}${which}: ${sentenceOf(worst)}. What to do: Doctor in the menu of the Provisioning tab, or GET ${root}/provisioning/doctor`;
}

function sentenceOf({ registry, handler, subject, found }: Finding): string {
  const whom = [
    registry && `registry "${registry.name || registry.id}"`,
    handler && `handler "${handler.name || handler.id}"`,
    subject,
  ].filter(Boolean);
  // It goes on after whom it is about.
  const said = whom.length > 0 ? found.replace(/^[A-Z](?=[a-z ])/, (first) => first.toLowerCase()) : found;
  return [...whom, said].join(': ');
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function rootOf({ settings }: NodeAPI): string {
  const { httpAdminRoot } = settings as { readonly httpAdminRoot?: string | false };
  return typeof httpAdminRoot === 'string' ? httpAdminRoot.replace(/\/+$/, '') : '';
}
