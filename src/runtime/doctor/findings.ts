import { readFileSync } from 'node:fs';
import {
  type Diagnosis,
  type Finding,
  type FindingLevel,
  findingLevels,
  type Sign,
} from '../../engine/words/diagnosis.ts';

interface SignTexts {
  readonly found: string;
  readonly remedy?: string;
}
type Catalogue = Readonly<Record<string, Readonly<Record<string, SignTexts>>>>;

let catalogue: Catalogue | undefined;

/** The tab's own English texts, so that there is one of each; it has them in the reader's language. */
function englishTexts(): Catalogue {
  if (!catalogue) {
    const file = new URL('../../../nodes/locales/en-US/provisioning-tab.json', import.meta.url);
    catalogue = JSON.parse(readFileSync(file, 'utf8'))['provisioning-tab'].doctor.sign as Catalogue;
  }
  return catalogue;
}

/** Puts what was found into words. @throws where there are none for it */
export function findingOf(sign: Sign): Finding {
  const texts = englishTexts()[sign.check]?.[sign.sign];
  if (!texts) throw new Error(`there is no text for ${sign.check}.${sign.sign}`);
  const filled = (text: string) =>
    text.replace(/__(\w+?)__/g, (_, name: string) => String(sign.values[name] ?? ''));
  return {
    ...sign,
    found: filled(texts.found),
    remedy: texts.remedy === undefined ? null : filled(texts.remedy),
  };
}

/** @param targets ids of the handlers whose targets can be reached @param now ms since the epoch */
export function diagnosisOf(signs: readonly Sign[], targets: readonly string[], now: number): Diagnosis {
  const rank = ({ level }: Sign) => findingLevels.indexOf(level);
  const findings = signs.map(findingOf).sort((a, b) => rank(a) - rank(b));
  const count = (level: FindingLevel) => findings.filter((one) => one.level === level).length;
  const counts = Object.fromEntries(findingLevels.map((level) => [level, count(level)]));
  return {
    checkedAt: new Date(now).toISOString(),
    counts: counts as Diagnosis['counts'],
    findings,
    targets,
  };
}
