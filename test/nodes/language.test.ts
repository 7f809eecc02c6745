import assert from 'node:assert/strict';
import { fewNodes, httpIn, httpResponse, placed } from '../support/core-flow.ts';
import { eventually } from '../support/eventually.ts';
import { type MisbehavingServer, misbehavingServer } from '../support/misbehaving-server.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { followStatuses, type NodeStatuses } from '../support/node-statuses.ts';
import {
  envelope,
  eventNode,
  executor,
  httpHandler,
  intakeNode,
  postJson,
  registry,
  tab,
} from '../support/provisioning-flow.ts';

const notSet = '$' + '{NOT_SET}';
const answered = (path: string, next: string) => httpIn(path, next, httpResponse.id);

describe('nodes in a Node-RED that speaks German', function () {
  this.timeout(30_000);
  const answers: (() => void)[] = [];
  let receiver: MisbehavingServer;
  let red: NodeRed;
  let statuses: NodeStatuses;

  before(async () => {
    receiver = await misbehavingServer(
      ({ response }) => void answers.push(() => response.writeHead(500).end()),
    );
    red = await startNodeRed({
      settings: { ...fewNodes, lang: 'de' },
      flows: [
        tab,
        registry(),
        // What a name holds is no placeholder.
        httpHandler(receiver.url, { name: '$t(CRM) __number__ $&', events: ['clients.create'] }),
        httpHandler('', {
          id: 'flow-handler',
          name: 'Flow',
          handlerType: 'flow',
          events: ['clients.update'],
        }),
        placed('in', 'provisioning-handler-in', { handler: 'flow-handler', wires: [['reply', 'second']] }),
        placed('reply', 'provisioning-handler-reply', { wires: [] }),
        placed('second', 'provisioning-handler-reply', { wires: [] }),
        placed('open', 'provisioning-event', { registry: 'registry', intake: true, path: '/in', name: 'A' }),
        intakeNode('/in', { id: 'late' }),
        intakeNode('', { id: 'pathless' }),
        intakeNode('/userless', { id: 'userless', intakeAuth: 'basic' }),
        intakeNode('/half', { id: 'half', intakeAuth: 'basic', credentials: { intakeUser: 'a' } }),
        intakeNode('/flows', { id: 'misplaced' }),
        intakeNode('/tokenless', { id: 'tokenless', intakeAuth: 'bearer' }),
        intakeNode('/secretless', { id: 'secretless', intakeAuth: 'signature' }),
        intakeNode('/not-set', { id: 'unset', intakeAuth: 'bearer', credentials: { intakeToken: notSet } }),
        intakeNode('/odd', { id: 'odd', intakeAuth: 'magic' }),
        eventNode({ id: 'homeless', registry: '' }),
        eventNode({ id: 'wrong', eventType: 'clients.create', dataType: 'json', data: '{' }),
        answered('/wrong', 'wrong'),
        answered('/lost', 'reply'),
        answered('/direct', 'executor'),
        answered('/both', 'both'),
        eventNode({ id: 'both', wires: [['executor', 'rival']] }),
        executor(),
        executor({ id: 'rival' }),
        httpResponse,
      ],
    });
    statuses = await followStatuses(red);
  });
  after(async () => {
    statuses.close();
    await red.kill9();
    await receiver.close();
  });

  async function send(path: string, message: unknown = envelope()): Promise<void> {
    assert.equal((await red.node(path, postJson(message))).status, 200);
  }
  const shows = (node: string, expected: string) => statuses.become(node, ({ text }) => text === expected);

  for (const [node, text] of Object.entries({
    open: 'offen für alle',
    late: 'Eingang: path: /in gehört schon dem Ereignis-Node „A“',
    pathless: 'Eingang: path: fehlt: einen Pfad wie /provisioning/events e…',
    userless: 'Eingang: intakeUser: fehlt: den Benutzernamen eingeben',
    half: 'Eingang: intakePassword: fehlt: das Passwort eingeben',
    misplaced: 'Eingang: path: /flows gehört der Admin-API von Node-RED: ei…',
    tokenless: 'Eingang: intakeToken: fehlt: das Token eingeben',
    secretless: 'Eingang: intakeSecret: fehlt: das Geheimnis eingeben',
    unset: `Eingang: intakeToken: nennt ${notSet}, und das ist nicht g…`,
    odd: 'Eingang: intakeAuth: muss "none", "basic", "bearer" oder "s…',
    homeless: 'keine Registry',
  })) {
    it(`say what is the matter with their intake or registry: ${node}`, () => shows(node, text));
  }

  it('log what is wrong with an intake in full', async () => {
    await red.printed(
      /provisioning-event:pathless\] Eingang: path: fehlt: einen Pfad wie \/provisioning\/events eingeben$/,
    );
  });

  it('say what can not be evaluated', async () => {
    await send('/wrong', { objectId: 1 });
    await statuses.become('wrong', ({ text }) =>
      /^Ereignis-Node: data: lässt sich nicht auswerten \(json \{\): ./.test(text ?? ''),
    );
  });

  it('show how many are running, and the last failure', async () => {
    for (const object of [1, 2]) await send('/direct', envelope(object));
    await shows('executor', '2 in Arbeit');
    await eventually('both have reached the receiver', () => answers.length === 2);
    for (const answer of answers) answer();
    await shows('executor', 'clients.create: $t(CRM) __number__ $& gescheitert');
  });

  it('warn of an event that was taken before', async () => {
    await send('/both', envelope(3, 'clients.delete'));
    await red.printed(
      /\[provisioning-executor:\w+\] Ereignis \S+ wurde schon abgeholt: diese Nachricht davon wird verworfen$/,
    );
  });

  it('say what to do about replies that do not know their turn, or come too late', async () => {
    await send('/lost');
    const lost = 'Antwort: msg.provisioning.replyTo: fehlt: msg.provisioning so lassen';
    await red.printed(new RegExp(`\\[provisioning-handler-reply:reply\\] InvalidInput: ${lost}`));
    await send('/direct', envelope(4, 'clients.update'));
    await red.printed(
      /\[provisioning-handler-reply:\w+\] der Aufruf des Handlers ist schon zu Ende, .* wird verworfen$/,
    );
  });
});
