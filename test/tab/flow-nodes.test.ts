import assert from 'node:assert/strict';
import { editedHandlers, flowJsonOf } from '../../src/tab/editor/flow-nodes.ts';
import { EditorGlobals } from '../support/editor-globals.ts';

describe('a handler as the editor has it', () => {
  const handler = { type: 'provisioning-handler', registry: 'r1', events: ['*'] };
  const url = 'https://me:pass@crm.example/hooks?token=t0ken';
  before(() => {
    const editor = new EditorGlobals();
    editor.nodes = [
      { id: 'r1', type: 'provisioning-registry' },
      { ...handler, id: 'web', handlerType: 'http', url },
      { ...handler, id: 'put', url: 'http://crm.example/{objectId}', method: 'PUT' },
      { ...handler, id: 'script', handlerType: 'local', command: 'a.sh', args: ['ftp://u:pass@a.example'] },
    ];
  });

  it('shows whom it calls as the runtime will, without user, password and query', () => {
    assert.deepEqual(
      editedHandlers().map(({ target }) => target),
      ['POST https://crm.example/hooks?…', 'PUT http://crm.example/{objectId}', 'a.sh'],
    );
  });

  it('is copied without the passwords in its URLs', () => {
    const copied = flowJsonOf('r1');
    assert.ok(!copied.includes('pass'));
    assert.ok(copied.includes('https://crm.example/hooks?token=t0ken'));
    assert.ok(copied.includes('ftp://u:***@a.example'));
  });
});
