import type { FailureGroup, FailureGroups } from '../../engine/words/admin-answers.ts';
import { path } from './api.ts';
import { LiveSource } from './live-source.ts';
import type { Model } from './model.ts';
import { shownRegistries } from './shown-registries.ts';
import { chosenSpan, rangeOf } from './statistics.ts';

/** A group, and the registry it is of. */
export type FailureRow = FailureGroup & { readonly registry: string };

export interface Failures {
  /** Of what was asked; ms since 1970. */
  readonly range: { readonly from: number; readonly to: number };
  /** The most first. */
  readonly rows: readonly FailureRow[];
  readonly complete: boolean;
}

/** Ms between two readings: they are dearer than those of numbers. */
const betweenReadings = 10_000;
const most = 20;

/** What fails most, in the span that the overview shows, read again as things happen. */
export class FailureSource extends LiveSource<Failures, Model> {
  constructor(model: Model) {
    super(model, betweenReadings);
  }

  protected override follow() {
    const { feed, registries, navigation } = this.model;
    const { ask } = this;
    return [
      feed.follow({ rows: ask, gap: ask }),
      registries.observe(ask),
      navigation.observe(() => void this.read()),
    ];
  }

  protected override async fetch(): Promise<Failures> {
    const { api, preferences } = this.model;
    const span = chosenSpan(preferences);
    const range = rangeOf(span, Date.now());
    const [from, to] = [range.from, range.to].map((at) => new Date(at).toISOString()) as [string, string];
    const lists = await Promise.all(
      shownRegistries(this.model).map(async (registry) => {
        const route = path('registries', registry, 'failures');
        const { items, complete } = await api.get<FailureGroups>(route, { from, to, step: span.step });
        return { rows: items.map((item) => ({ ...item, registry })), complete };
      }),
    );
    const rows = lists.flatMap((list) => list.rows).sort((a, b) => b.count - a.count);
    const complete = lists.every((list) => list.complete) && rows.length <= most;
    return { range, rows: rows.slice(0, most), complete };
  }
}
