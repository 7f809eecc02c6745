import type { ApiHandler } from '../data/shapes.ts';

/**
 * How a row of the handlers' table stands to what is deployed. `off`: switched off in the editor, or with its flow;
 * `refused`: deployed, but it can not be called.
 */
export type Mark = 'deployed' | 'new' | 'changed' | 'deleted' | 'off' | 'refused';

/** A handler as the editor has it, deployed or not. */
export interface EditedHandler {
  readonly id: string;
  readonly registry: string;
  readonly name: string;
  readonly type: ApiHandler['type'];
  readonly target: string;
  readonly events: readonly string[];
  readonly priority: number;
  readonly status: ApiHandler['status'];
  readonly changed: boolean;
  readonly off: boolean;
  readonly problems: readonly string[];
}

export interface HandlerRow {
  readonly id: string;
  readonly registry: string;
  readonly name: string;
  readonly type: ApiHandler['type'];
  readonly target: string;
  readonly events: readonly string[];
  readonly priority: number;
  /** What is in force; of a handler that never was, what the flow says. */
  readonly status: ApiHandler['status'];
  readonly mark: Mark;
  /** What the editor finds wrong with it. */
  readonly problems: readonly string[];
  /** What the runtime knows of it; undefined where it is not deployed. */
  readonly deployed: ApiHandler | undefined;
}

export type DeployedHandler = ApiHandler & { readonly registry: string };

/** The handlers that are deployed and those in the editor, as one table in chain order. */
export function handlerRows(
  deployed: readonly DeployedHandler[],
  edited: readonly EditedHandler[],
): HandlerRow[] {
  const running = new Map(deployed.map((handler) => [handler.id, handler]));
  const rows = edited.map((handler): HandlerRow => {
    const known = running.get(handler.id);
    running.delete(handler.id);
    const { id, registry, name, type, target, events, priority, status, problems } = handler;
    const shown = { id, registry, name, type, target, events, priority, problems, deployed: known };
    return { ...shown, status: known?.status ?? status, mark: markOf(handler, known) };
  });
  for (const handler of running.values()) {
    const { id, registry, name, type, target, events, priority, status } = handler;
    const shown = { id, registry, name, type, target, events, priority, status };
    rows.push({ ...shown, mark: 'deleted', problems: [], deployed: handler });
  }
  return rows.sort(
    (a, b) => a.priority - b.priority || compareText(a.name, b.name) || compareText(a.id, b.id),
  );
}

function markOf({ changed, off }: EditedHandler, known: ApiHandler | undefined): Mark {
  if (known) return changed ? 'changed' : known.refused ? 'refused' : 'deployed';
  if (off) return 'off';
  return changed ? 'new' : 'refused';
}

// By code units, as a chain is ordered.
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rows whose edits Deploy would put in force. */
export function awaitingDeploy(rows: readonly HandlerRow[]): number {
  return rows.filter(({ mark }) => mark === 'new' || mark === 'changed' || mark === 'deleted').length;
}
