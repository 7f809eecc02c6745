import { everyEvent, everyExecution, everyHandler, localTime, queryOf } from './filters.ts';
import { type ViewName, views } from './view-names.ts';

/** What a link leads to: a view, of one registry or of all, and what is searched for in it. */
export interface Place {
  readonly view: ViewName;
  /** '' for all. */
  readonly registry: string;
  /** As the view's search has it; times are local. */
  readonly filter: Readonly<Record<string, string>>;
  /** The row whose details are shown. */
  readonly row?: LinkedRow | undefined;
}

export interface LinkedRow {
  readonly kind: 'execution' | 'event';
  readonly registry: string;
  readonly id: string;
}

/** Begins the part of an address that is ours: the editor has `#flow/…`, `#node/…` and `#group/…`. */
const sign = '#provisioning/';
const longest = 256;

const searches: Readonly<Record<ViewName, object>> = {
  handlers: everyHandler,
  executions: everyExecution,
  events: everyEvent,
  overview: {},
};

/** Whether the hash of an address is a link of ours. */
export function isLink(hash: string): boolean {
  return hash.startsWith(sign);
}

/** The hash of the address that leads to a place; times are written in UTC. */
export function linkTo({ view, registry, filter, row }: Place): string {
  const query = new URLSearchParams({
    ...queryOf(filter),
    ...(registry !== '' && { registry }),
    ...(row && { [row.kind]: `${row.registry}/${row.id}` }),
  }).toString();
  return `${sign}${view}${query && `?${query}`}`;
}

/** Where a link leads; what it does not know of one is left out. @returns undefined for what is no link */
export function placeOf(hash: string): Place | undefined {
  if (!isLink(hash)) return undefined;
  const [name, query = ''] = hash.slice(sign.length).split('?', 2);
  const view = views.find((one) => one === name);
  if (!view) return undefined;
  const asked = new URLSearchParams(query);
  // Handlers are searched by words; the id is one.
  if (view === 'handlers' && !asked.has('text')) asked.set('text', asked.get('handler') ?? '');
  const filter = Object.keys(searches[view]).flatMap((field) => {
    const value = (asked.get(field) ?? '').slice(0, longest);
    const shown = field === 'from' || field === 'to' ? localOf(value) : value;
    return shown === '' ? [] : [[field, shown] as const];
  });
  return {
    view,
    registry: asked.get('registry') ?? '',
    filter: Object.fromEntries(filter),
    row: rowOf('execution', asked) ?? rowOf('event', asked),
  };
}

function rowOf(kind: LinkedRow['kind'], asked: URLSearchParams): LinkedRow | undefined {
  const [registry, id] = asked.get(kind)?.split('/') ?? [];
  return registry && id ? { kind, registry, id } : undefined;
}

function localOf(time: string): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? '' : localTime(at);
}
