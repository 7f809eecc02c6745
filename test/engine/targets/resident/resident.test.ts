import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ScriptFolders } from '../../../../src/engine/targets/local/script-folders.ts';
import { residentTarget } from '../../../../src/engine/targets/resident/resident.ts';
import type { Call, Target } from '../../../../src/engine/targets/target.ts';
import { handlerSchema, type LocalHandler } from '../../../../src/engine/words/handler.ts';
import type { Outcome } from '../../../../src/engine/words/outcome.ts';
import { callOf } from '../../../support/call.ts';
import { ways } from '../../../support/escapes.ts';
import { eventually } from '../../../support/eventually.ts';
import { isAlive, readPids } from '../../../support/processes.ts';

const programs = fileURLToPath(new URL('../../../support/programs', import.meta.url));
const examples = fileURLToPath(new URL('../../../../samples/scripts', import.meta.url));
const scripts = new ScriptFolders({ folders: [programs, examples], enabled: true });

/** A call that the script does what `data.do` says to. */
function asked(data: object = {}, changes: Partial<Call> = {}): Call {
  return callOf({ body: JSON.stringify({ event: { object_id: 12 }, data }), ...changes });
}

interface Echo {
  readonly line: string;
  readonly pid: number;
  readonly env: Record<string, string>;
  readonly argv: string[];
  readonly cwd: string;
}

function echoOf({ response, error }: Outcome): Echo {
  assert.equal(error, null);
  return JSON.parse(response ?? '');
}

function facts({ ok, code, response, error, outage }: Outcome): object {
  return { ok, code, response, error, outage };
}

describe('resident target', () => {
  let folder: string;
  let pids: string;
  const targets: Target[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'resident-target-'));
    pids = join(folder, 'pids');
  });
  afterEach(async () => {
    await Promise.all(targets.splice(0).map((made) => made.close()));
    if (existsSync(pids)) for (const pid of readPids(pids)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });

  function target(config: object = {}): Target {
    const handler = handlerSchema.parse({
      id: 'handler',
      handlerType: 'local',
      mode: 'resident',
      command: 'resident.js',
      ...config,
    });
    const made = residentTarget(handler as LocalHandler, { scripts });
    targets.push(made);
    return made;
  }

  describe('while its script is well', () => {
    it('puts each call to the same process, a line each', async () => {
      const script = target({ args: ['--all', 'two words'] });
      const { body } = callOf();
      const first = echoOf(await script.call(callOf({ attempt: 2 })));
      const second = echoOf(await script.call(callOf({ webhookId: 'ev-test-2_handler' })));
      assert.equal(first.line, `{"id":"ev-test-1_handler.1","attempt":2,"payload":${body}}`);
      assert.equal(second.line, `{"id":"ev-test-2_handler.2","attempt":1,"payload":${body}}`);
      assert.equal(second.pid, first.pid);
      assert.deepEqual([first.argv, first.cwd], [['--all', 'two words'], programs]);
    });

    it('is read as one line, whatever line ends of Unicode stand in it', async () => {
      const data = { text: 'a\u2028b\u2029c\u0085d' };
      const { line } = echoOf(await target().call(asked(data)));
      assert.deepEqual(JSON.parse(line).payload.data, data);
      assert.doesNotMatch(line, /[\u0085\u2028\u2029]/);
    });

    it('starts it with the first call, and once for many', async () => {
      const script = target({ environment: [{ name: 'PIDS', value: pids }] });
      assert.ok(!existsSync(pids));
      await Promise.all(Array.from({ length: 20 }, () => script.call(asked())));
      assert.equal(readPids(pids).length, 1);
    });

    it('gives it an environment that is all its own, and nothing of one event', async () => {
      process.env['PROVISIONING_EXTRA'] = 'leaked';
      try {
        const { env } = echoOf(await target({ environment: [{ name: 'TZ', value: 'UTC' }] }).call(asked()));
        const inherited = ['PATH', 'HOME', 'LANG'].filter((name) => process.env[name] !== undefined);
        const { PROVISIONING_RESIDENT_ID: id, ...rest } = env;
        assert.match(id ?? '', /^[0-9a-f-]{36}$/);
        assert.deepEqual(rest, {
          ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
          TZ: 'UTC',
        });
      } finally {
        delete process.env['PROVISIONING_EXTRA'];
      }
    });

    it('takes answers in any order', async () => {
      const script = target();
      const outcomes = await Promise.all(
        ['hold', 'hold', 'hold', 'release'].map((what) => script.call(asked({ do: what }))),
      );
      assert.deepEqual(
        outcomes.map(({ response }) => response),
        [1, 2, 3, 4].map((number) => `ev-test-1_handler.${number}`),
      );
    });

    it('takes text as it is, anything else as JSON, and 64 KiB of it', async () => {
      const script = target();
      const said = async (response: unknown) => (await script.call(asked({ do: 'say', response }))).response;
      assert.equal(await said('Zoë\nis ready'), 'Zoë\nis ready');
      assert.equal(await said({ account: [12] }), '{"account":[12]}');
      assert.equal(await said(0), '0');
      assert.equal(await said(null), null);
      assert.equal(await said(undefined), null);
      assert.equal((await said('é'.repeat(100_000)))?.length, 32_768);
    });

    it('takes its word for a failure, and it is no outage', async () => {
      const script = target();
      assert.deepEqual(facts(await script.call(asked({ do: 'fail' }))), {
        ok: false,
        code: null,
        response: '{"id":12}',
        error: 'no such client',
        outage: false,
      });
      const { error, outage } = await script.call(asked({ do: 'fail without a word' }));
      assert.deepEqual([error, outage], ['the script says that it failed', false]);
    });

    it('lets no secret of its environment through', async () => {
      const script = target({
        timeoutSeconds: 5,
        environment: [{ name: 'API_KEY', value: 's3cret-key', secret: true }],
        args: ['s3cret-key'],
      });
      assert.equal(script.description, 'resident.js ***');
      assert.equal((await script.call(asked({ do: 'say', response: 's3cret-key' }))).response, '***');
      const { error } = await script.call(asked({ do: 'die', words: 'bad key s3cret-key' }));
      assert.match(error ?? '', /bad key \*\*\*$/);
    });

    it('lets no part of a secret through where it cuts what the script says', async () => {
      const environment = [{ name: 'API_KEY', value: 'SECRETvalue123', secret: true }];
      const errorAfter = async (data: object) =>
        (await target({ timeoutSeconds: 5, environment }).call(asked(data))).error ?? '';
      const words = `SECRETvalue123${'y'.repeat(4091)}`;
      assert.match(await errorAfter({ do: 'die', words }), /; it said: \*\*\*y+$/);
      const begins = `${'x'.repeat(190)}SECRETvalue123`;
      assert.match(await errorAfter({ do: 'print', line: begins }), /: x+\*\*\*…$/);
      const line = JSON.stringify({ id: begins, ok: true });
      assert.match(await errorAfter({ do: 'print', line }), /it answered x+\*\*\*…, which nobody waits for$/);
    });

    it('reads whatever it writes to standard error', async () => {
      assert.equal((await target().call(asked({ do: 'shout' }))).response, 'done');
    });

    it('makes thousands of calls a second', async () => {
      const script = target();
      const start = performance.now();
      let calls = 5000;
      const worker = async (): Promise<void> => {
        while (calls-- > 0) assert.equal((await script.call(asked({ do: 'say', response: 'ok' }))).ok, true);
      };
      await Promise.all(Array.from({ length: 64 }, worker));
      assert.ok(performance.now() - start < 8000);
    });

    it('gives each of many large calls its own answer', async () => {
      const script = target();
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          script.call(asked({ do: 'say', response: index, ballast: 'x'.repeat(300_000) })),
        ),
      );
      assert.deepEqual(
        outcomes.map(({ response }) => response),
        outcomes.map((_, index) => String(index)),
      );
    });

    it('runs the example', async () => {
      const script = target({ command: 'resident-account.mjs' });
      const body = JSON.stringify({
        event: { events_id: 'clients.create', object_id: 7 },
        data: { clients_id: 12 },
      });
      assert.equal(
        (await script.call(callOf({ body }))).response,
        '{"account":7,"client":12,"provisioned":true}',
      );
      assert.equal(
        (await script.call(asked())).error,
        'undefined of 12 names no client: data.clients_id is missing',
      );
    });
  });

  describe('when an answer does not come in time', () => {
    it('fails that call only, and drops the answer that comes late', async () => {
      const script = target({ timeoutSeconds: 2 });
      const { pid } = echoOf(await script.call(asked()));
      const late = await script.call(asked({ do: 'hold' }));
      assert.deepEqual(facts(late), {
        ok: false,
        code: null,
        response: null,
        error: 'the script gave no answer within 2 s',
        outage: true,
      });
      assert.equal((await script.call(asked({ do: 'release' }))).response, 'ev-test-1_handler.3');
      assert.equal(echoOf(await script.call(asked())).pid, pid);
    });

    it('holds calls back from a script that does not read', async () => {
      const script = target({ timeoutSeconds: 1 });
      const { pid } = echoOf(
        await eventually('it answers', async () => {
          const outcome = await script.call(asked());
          return outcome.ok && outcome;
        }),
      );
      const ballast = 'x'.repeat(500_000);
      const outcomes = await Promise.all(
        ['stop reading', 'nothing', 'nothing', 'nothing'].map((what) =>
          script.call(asked({ do: what, ballast })),
        ),
      );
      assert.ok(outcomes.every(({ error }) => error === 'the script gave no answer within 1 s'));
      const { response } = await eventually('it reads again', async () => {
        const outcome = await script.call(asked());
        return outcome.ok && outcome;
      });
      assert.equal(JSON.parse(response ?? '').pid, pid);
    });

    it('takes a script that answers none of 10 calls for stuck, and starts it again', async () => {
      const script = target({ timeoutSeconds: 3 });
      const { pid } = echoOf(await script.call(asked()));
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () => script.call(asked({ do: 'nothing' }))),
      );
      assert.ok(outcomes.every(({ outage }) => outage));
      assert.notEqual(echoOf(await script.call(asked())).pid, pid);
      assert.ok(!isAlive(pid));
    });
  });

  describe('when its script dies', () => {
    it('fails what it held as an outage, and starts it again for the next call', async () => {
      const script = target();
      const { pid } = echoOf(await script.call(asked()));
      const outcomes = await Promise.all([
        script.call(asked({ do: 'hold' })),
        script.call(asked({ do: 'die', words: `${'.'.repeat(10_000)} out of luck` })),
      ]);
      for (const { error, outage } of outcomes) {
        assert.equal(outage, true);
        assert.match(
          error ?? '',
          /^the script gave no answer: it ended with exit code 3; it said: \.+ out of luck$/,
        );
        assert.ok((error?.length ?? 0) < 4300);
      }
      assert.notEqual(echoOf(await script.call(asked())).pid, pid);
    });

    it('names the signal that ended it', async () => {
      const { error } = await target().call(asked({ do: 'kill' }));
      assert.equal(
        error,
        'the script gave no answer: it was ended by SIGKILL; it wrote nothing; it was given a line for each call on standard input, and no arguments',
      );
    });

    it('shows no beginning of a secret that it was about to say', async () => {
      const script = target({ args: ['the-secret-of-it'], secrets: ['the-secret-of-it'] });
      const { error } = await script.call(asked({ do: 'kill', words: 'no the-secret' }));
      assert.equal(error, 'the script gave no answer: it was ended by SIGKILL; it said: no ***');
    });

    it('tells a call that can not wait for the next start', async () => {
      const script = target({ timeoutSeconds: 0.8 });
      await eventually('it answers', async () => (await script.call(asked())).ok);
      await script.call(asked({ do: 'kill' }));
      await eventually('it is left alone', async () => {
        const { error, outage } = await script.call(asked());
        return (
          outage &&
          error?.startsWith('the script gave no answer: it is started again in 1 s; last time, it was')
        );
      });
    });
  });

  describe('ends a script that', () => {
    for (const [does, data, said] of [
      ['writes what is not JSON', { do: 'print', line: 'ready!' }, /no answer \(not JSON\): ready!$/],
      [
        'writes JSON that is no answer',
        { do: 'print', line: '{"id":"1","ok":"yes"}' },
        /no answer \(answer: ok: must be .*\): \{"id":"1"/,
      ],
      [
        'answers whom nobody waits for',
        { do: 'print', line: '{"id":"1","ok":true}' },
        /it answered 1, which nobody waits for$/,
      ],
      ['writes a line without end', { do: 'flood' }, /it wrote a line longer than 1 MiB$/],
    ] as const)
      it(does, async () => {
        const script = target();
        const { pid } = echoOf(await script.call(asked()));
        const { outage, error } = await script.call(asked(data));
        assert.equal(outage, true);
        assert.match(error ?? '', said);
        assert.notEqual(echoOf(await script.call(asked())).pid, pid);
        assert.ok(!isAlive(pid));
      });

    it('answers the same call twice', async () => {
      const script = target();
      const { pid } = echoOf(await script.call(asked()));
      assert.equal((await script.call(asked({ do: 'answer twice' }))).response, 'once');
      await eventually('it is gone', () => !isAlive(pid));
    });

    it('closes its standard input', async () => {
      const script = target({
        command: 'hangs-up.sh',
        timeoutSeconds: 2,
        environment: [{ name: 'PIDS', value: pids }],
      });
      await eventually('it is found out', async () => {
        const { outage, error } = await script.call(asked());
        return outage && error?.endsWith('it closed its standard input or output, and went on');
      });
      await eventually('it is gone', () => !readPids(pids).some(isAlive));
    });
  });

  describe('does not start', () => {
    it('a script out of the allowed folders, and it is no outage', async () => {
      const { error, outage } = await target({ command: '/bin/cat' }).call(asked());
      assert.equal(outage, false);
      assert.match(error ?? '', /leads out of the allowed script folders/);
    });

    it('a script that can not be started, and says why', async () => {
      for (const [command, reason] of [
        ['missing.sh', /was not found in the allowed script folders/],
        ['not-executable.sh', /chmod \+x/],
        ['no-shebang', /its first line must name its interpreter/],
        ['unknown-interpreter', /names an interpreter that does not exist/],
      ] as const) {
        const { error, outage } = await target({ command }).call(asked());
        assert.equal(outage, true);
        assert.match(error ?? '', reason);
      }
    });

    it('a script that failed to start a moment ago, for a call that can not wait', async () => {
      const script = target({ command: 'unknown-interpreter', timeoutSeconds: 0.5 });
      assert.match((await script.call(asked())).error ?? '', /names an interpreter/);
      const { error } = await script.call(asked());
      assert.equal(
        error,
        'the script gave no answer: it is started again in 1 s; last time, it did not start',
      );
    });
  });

  describe('closes', () => {
    it('without a script', async () => {
      await target().close();
    });

    it('when the calls in flight have settled, and its script is gone', async () => {
      const script = target();
      const { pid } = echoOf(await script.call(asked()));
      const held = script.call(asked({ do: 'hold' }));
      const closed = script.close();
      assert.ok(isAlive(pid));
      const released = script.call(asked({ do: 'release' }));
      assert.deepEqual([(await held).ok, (await released).ok], [true, true]);
      await closed;
      assert.ok(!isAlive(pid));
    });

    it('although the script and its child ignore SIGTERM', async () => {
      const script = target({
        environment: [
          { name: 'STUBBORN', value: 'yes' },
          { name: 'PIDS', value: pids },
        ],
      });
      await script.call(asked());
      await script.close();
      assert.equal(readPids(pids).length, 2);
      assert.deepEqual(readPids(pids).filter(isAlive), []);
    });

    it('with the script that a call which is over by now has had started', async () => {
      const script = target({
        timeoutSeconds: 1.5,
        environment: [
          { name: 'STUBBORN', value: 'yes' },
          { name: 'PIDS', value: pids },
        ],
      });
      await eventually('it answers', async () => (await script.call(asked())).ok);
      await script.call(asked({ do: 'print', line: 'ready!' }));
      const { error } = await script.call(asked());
      assert.equal(error, 'the script gave no answer within 1.5 s');
      await script.close();
      // By when it answers, one that was started before has written its process id.
      assert.ok((await target({ timeoutSeconds: 10 }).call(asked())).ok);
      assert.deepEqual(readPids(pids).filter(isAlive), []);
    });

    it('and ends all that its script has started', async () => {
      await Promise.all(
        ways.map(async (way) => {
          const own = join(folder, way);
          const script = target({
            command: 'escapes.sh',
            timeoutSeconds: 0.5,
            environment: [
              { name: 'PIDS', value: own },
              { name: 'WAY', value: way },
            ],
          });
          await script.call(asked());
          const started = await eventually('both run', () => {
            const found = readPids(own);
            return found.length === 2 && found;
          });
          await script.close();
          assert.deepEqual(started.filter(isAlive), [], way);
        }),
      );
    });

    it('with Node-RED, and with all that its script has started', async () => {
      const ending = fileURLToPath(new URL('../../../support/ends-during-a-call.ts', import.meta.url));
      await Promise.all(
        ways.map((way) => once(fork(ending, [programs, join(folder, way), 'resident', way]), 'exit')),
      );
      const started = ways.flatMap((way) => readPids(join(folder, way)));
      assert.equal(started.length, 2 * ways.length);
      await eventually('they are gone', () => !started.some(isAlive));
    });

    it('with Node-RED', async () => {
      const ending = new URL('../../../support/ends-during-a-call.ts', import.meta.url);
      await once(fork(fileURLToPath(ending), [programs, pids, 'resident']), 'exit');
      const started = readPids(pids);
      assert.equal(started.length, 1);
      await eventually('the script is gone', () => !started.some(isAlive));
    });
  });
});
