import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import type { Alarm } from '../../src/engine/words/alarm.ts';
import { tabLink } from '../../src/runtime/tab-link.ts';
import { placeOf } from '../../src/tab/data/links.ts';

const handler = { id: 'crm', number: 1, name: 'CRM', type: 'http', priority: 10 } as const;

describe('the link of an alarm', () => {
  const linked = (alarm: Partial<Alarm> & Pick<Alarm, 'alarm'>, httpAdminRoot: string | false = '/') => {
    const settings = { httpAdminRoot } as unknown as NodeAPI['settings'];
    return tabLink({ settings }, 'reg', { handler: null, objectId: null, ...alarm });
  };
  const place = (link: string) => {
    const found = placeOf(link.slice(link.indexOf('#')));
    return found && [found.view, found.registry, { ...found.filter }];
  };

  it('leads to what the tab shows of it', () => {
    assert.deepEqual(place(linked({ alarm: 'failures' })), ['executions', 'reg', { status: 'unresolved' }]);
    assert.deepEqual(place(linked({ alarm: 'backlog' })), ['events', 'reg', { status: 'waiting' }]);
    assert.deepEqual(place(linked({ alarm: 'circuit', handler })), ['handlers', 'reg', { text: 'crm' }]);
    const objectId = 'a/b&c=1 #ü%';
    assert.deepEqual(place(linked({ alarm: 'object', handler, objectId })), [
      'executions',
      'reg',
      { status: 'parked', objectId, handler: 'crm' },
    ]);
  });

  it('begins with the path of the editor, wherever that is', () => {
    assert.match(linked({ alarm: 'failures' }), /^\/#provisioning\//);
    assert.match(linked({ alarm: 'failures' }, '/admin/'), /^\/admin\/#provisioning\//);
  });
});
