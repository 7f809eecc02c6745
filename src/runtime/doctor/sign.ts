import type { FindingLevel, Sign } from '../../engine/words/diagnosis.ts';

type About = Partial<Pick<Sign, 'subject' | 'registry' | 'handler' | 'values'>>;

/** What a check has found; of whom or what, only where there is one. */
export function signOf(level: FindingLevel, check: string, sign: string, about: About = {}): Sign {
  return { check, sign, level, subject: null, registry: null, handler: null, values: {}, ...about };
}
