import assert from 'node:assert/strict';
import { awaitingDeploy, type DeployedHandler, handlerRows } from '../../src/tab/data/handler-rows.ts';
import { troubled } from '../../src/tab/data/troubled-handlers.ts';
import type { EditedHandler } from '../../src/tab/editor/flow-nodes.ts';

const deployed = (id: string, more: Partial<DeployedHandler> = {}): DeployedHandler => ({
  id,
  registry: 'reg',
  number: 1,
  name: id,
  type: 'http',
  target: 'POST https://crm.example',
  events: ['*'],
  priority: 10,
  condition: null,
  status: 'enabled',
  configuredStatus: 'enabled',
  override: null,
  circuit: { state: 'closed', since: null, error: null, nextProbeAt: null },
  parked: 0,
  successRate: 1,
  p95Ms: 10,
  lastError: null,
  lastErrorAt: null,
  lastSuccessAt: null,
  nextAttemptAt: null,
  ...more,
});
const edited = (id: string, more: Partial<EditedHandler> = {}): EditedHandler => ({
  id,
  registry: 'reg',
  name: id,
  type: 'http',
  target: 'POST https://crm.example',
  events: ['*'],
  priority: 10,
  status: 'enabled',
  changed: false,
  off: false,
  problems: [],
  ...more,
});
const marks = (rows: ReturnType<typeof handlerRows>) =>
  Object.fromEntries(rows.map(({ id, standing }) => [id, standing]));

describe("the handlers' table", () => {
  it('marks what is not yet deployed, changed, deleted, switched off or refused', () => {
    const rows = handlerRows(
      [deployed('same'), deployed('changed'), deployed('deleted')],
      [
        edited('same'),
        edited('changed', { changed: true }),
        edited('new', { changed: true }),
        edited('off', { off: true }),
        edited('refused'),
      ],
    );
    assert.deepEqual(marks(rows), {
      same: 'deployed',
      changed: 'changed',
      deleted: 'deleted',
      new: 'new',
      off: 'off',
      refused: 'refused',
    });
    assert.equal(awaitingDeploy(rows), 3);
  });

  it('is in chain order: by priority, then name, then id', () => {
    const rows = handlerRows(
      [],
      [
        edited('c', { priority: 2 }),
        edited('b', { name: 'x' }),
        edited('a', { name: 'x' }),
        edited('d', { name: 'B' }),
      ],
    );
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['c', 'd', 'a', 'b'],
    );
  });

  it('shows the status in force rather than what the flow says', () => {
    const override = {
      status: 'disabled',
      by: 'anna',
      at: '2026-01-31T12:00:00Z',
      reason: null,
      until: null,
    } as const;
    const [row] = handlerRows([deployed('crm', { status: 'disabled', override })], [edited('crm')]);
    assert.equal(row?.status, 'disabled');
  });
});

describe('attention', () => {
  it('goes to the worst handlers first, and to none that does well', () => {
    const circuit = { state: 'open', since: null, error: null, nextProbeAt: null } as const;
    const rows = handlerRows(
      [
        deployed('well'),
        deployed('parks', { parked: 3 }),
        deployed('fails', { successRate: 0.5 }),
        deployed('open', { circuit }),
      ],
      ['well', 'parks', 'fails', 'open', 'refused'].map((id) => edited(id)),
    );
    assert.deepEqual(
      troubled(rows).map(({ id }) => id),
      ['refused', 'open', 'fails', 'parks'],
    );
  });
});
