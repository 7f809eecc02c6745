import { inChainOrder } from '../../engine/words/handler-settings.ts';
import type { EditedHandler } from '../editor/flow-nodes.ts';
import type { ApiHandler } from './shapes.ts';

/**
 * How a row of the handlers' table stands to what is deployed. `off`: switched off in the editor, or with its flow;
 * `refused`: deployed, but it can not be called.
 */
export type Standing = 'deployed' | 'new' | 'changed' | 'deleted' | 'off' | 'refused';

/** A row of the handlers' table; `status` is what is in force, or what the flow says of one that never was. */
export interface HandlerRow extends Omit<EditedHandler, 'changed' | 'off'> {
  readonly standing: Standing;
  /** What the runtime knows of it; undefined where it is not deployed. */
  readonly deployed: DeployedHandler | undefined;
}

export type DeployedHandler = ApiHandler & { readonly registry: string };

/** The handlers that are deployed and those in the editor, as one table in chain order. */
export function handlerRows(
  deployed: readonly DeployedHandler[],
  edited: readonly EditedHandler[],
): HandlerRow[] {
  const running = new Map(deployed.map((handler) => [handler.id, handler]));
  const rows = edited.map(({ changed, off, ...handler }): HandlerRow => {
    const known = running.get(handler.id);
    running.delete(handler.id);
    const standing = standingOf(changed, off, known);
    return { ...handler, status: known?.status ?? handler.status, standing, deployed: known };
  });
  for (const handler of running.values()) {
    rows.push({ ...handler, standing: 'deleted', problems: [], deployed: handler });
  }
  return rows.sort(inChainOrder);
}

function standingOf(changed: boolean, off: boolean, known: ApiHandler | undefined): Standing {
  if (known) return changed ? 'changed' : known.refused ? 'refused' : 'deployed';
  if (off) return 'off';
  return changed ? 'new' : 'refused';
}

/** Rows whose edits Deploy would put in force. */
export function awaitingDeploy(rows: readonly HandlerRow[]): number {
  return rows.filter(({ standing }) => ['new', 'changed', 'deleted'].includes(standing)).length;
}
