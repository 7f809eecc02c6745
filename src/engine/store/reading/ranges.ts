import { codeCondition } from '../../words/code-condition.ts';
import type { ExecutionFilter } from '../log/filter.ts';

/** What a filter asks of code and duration: conditions, the columns that they look at, and the values in them. */
export interface Ranges {
  readonly columns: readonly string[];
  readonly conditions: readonly string[];
  readonly values: Readonly<Record<string, number>>;
  /** No code is meant that a success has as a rule. */
  readonly oddly: boolean;
}

export function rangesOf({ code, minDurationMs: least, maxDurationMs: most }: ExecutionFilter): Ranges {
  const codes = code?.map(codeCondition) ?? [];
  const spans = codes.filter((one) => one !== undefined && one !== 'none');
  const either = [
    ...(codes.includes('none') ? ['code is null'] : []),
    ...spans.map((_, at) => `code between :code${at} and :codeTo${at}`),
  ];
  const bounds = [
    ...(least === undefined ? [] : ['duration_ms >= :least']),
    ...(most === undefined ? [] : ['duration_ms <= :most']),
  ];
  const isOdd = ([low, high]: readonly [number, number]) => high < 0 || (low > 0 && high < 200) || low > 299;
  return {
    oddly: spans.length > 0 && spans.length === codes.length && spans.every(isOdd),
    columns: [...(code ? ['code'] : []), ...(bounds.length > 0 ? ['duration_ms'] : [])],
    conditions: [...(code ? [`(${either.join(' or ')})`] : []), ...bounds],
    values: {
      ...Object.fromEntries(
        spans.flatMap(([low, high], at) => [
          [`code${at}`, low],
          [`codeTo${at}`, high],
        ]),
      ),
      ...(least !== undefined && { least }),
      ...(most !== undefined && { most }),
    },
  };
}
