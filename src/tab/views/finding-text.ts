import type { Finding } from '../../engine/words/diagnosis.ts';
import type { App } from '../app.ts';
import { nameOf, visible } from '../text/visible.ts';

/** What a finding says in the reader's language; in the API's own words where there are none for it. */
export interface FindingText {
  /** Whom or what it is about, from the whole to the part. */
  readonly about: readonly string[];
  readonly found: string;
  /** '' where there is nothing to do. */
  readonly remedy: string;
}

export function findingText({ text }: App, finding: Finding): FindingText {
  const { check, sign, registry, handler, subject, values } = finding;
  const said = (key: string, otherwise: string) => {
    const translated = text(key, values);
    return visible(translated.includes(key) ? otherwise : translated);
  };
  const number = handler?.number;
  return {
    about: [
      ...(registry ? [`${text('doctor.about.registry')} ${nameOf(registry)}`] : []),
      ...(handler
        ? [
            `${number == null ? text('doctor.about.handler') : text('doctor.about.numbered', { number })} ${nameOf(handler)}`,
          ]
        : []),
      ...(subject === null ? [] : [visible(subject)]),
    ],
    found: said(`doctor.sign.${check}.${sign}.found`, finding.found),
    remedy: finding.remedy === null ? '' : said(`doctor.sign.${check}.${sign}.remedy`, finding.remedy),
  };
}

/** All findings for somebody who can not look at the tab: a line each, and one for what to do. */
export function findingsAsText(app: App, checkedAt: string, findings: readonly Finding[]): string {
  const lines = findings.map((finding) => {
    const { about, found, remedy } = findingText(app, finding);
    const level = app.text(`doctor.one.${finding.level}`);
    const line = `${level} (${finding.check}.${finding.sign}): ${[...about, found].join(' · ')}`;
    return remedy ? `${line}\n    → ${remedy}` : line;
  });
  return [`${app.text('doctor.title')} ${checkedAt}`, ...lines, ''].join('\n');
}
