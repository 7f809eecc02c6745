import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localTarget } from '../../../../src/engine/targets/local/local.ts';
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
const scripts = new ScriptFolders({ folders: [programs], enabled: true });

function target(command: string, config: object = {}): Target {
  const handler = handlerSchema.parse({ id: 'handler', handlerType: 'local', command, ...config });
  return localTarget(handler as LocalHandler, { scripts });
}

function run(command: string, config: object = {}, changes: Partial<Call> = {}): Promise<Outcome> {
  return target(command, config).call(callOf(changes));
}

interface Printed {
  readonly env: Record<string, string>;
  readonly argv: string[];
  readonly cwd: string;
}

async function printed(config: object = {}, changes: Partial<Call> = {}): Promise<Printed> {
  const { response, error } = await run('prints-environment.js', config, changes);
  assert.equal(error, null);
  return JSON.parse(response ?? '');
}

function facts({ ok, code, response, error, outage }: Outcome): object {
  return { ok, code, response, error, outage };
}

describe('local target', () => {
  let folder: string;
  const started: number[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'local-target-'));
  });
  afterEach(() => {
    for (const pid of started.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });

  describe('gives a script', () => {
    it('the envelope on standard input', async () => {
      const call = callOf();
      const outcome = await target('echo-input.sh').call(call);
      assert.deepEqual(facts(outcome), {
        ok: true,
        code: 0,
        response: call.body,
        error: null,
        outage: false,
      });
      assert.deepEqual([outcome.requestHeaders, outcome.responseHeaders], [{}, {}]);
    });

    it('the envelope as a line, for those that read lines', async () => {
      const call = callOf();
      const outcome = await target('reads-a-line.sh').call(call);
      assert.deepEqual(facts(outcome), {
        ok: true,
        code: 0,
        response: `${call.body}\nand nothing else`,
        error: null,
        outage: false,
      });
    });

    it('its arguments as they are, and its own folder to run in', async () => {
      const args = [
        '--all',
        '',
        'two words',
        '$HOME',
        '`id`',
        "it's",
        '"quoted"',
        '*',
        '; rm -rf x',
        'line\nbreak',
        '\\',
      ];
      const { argv, cwd } = await printed({ args });
      assert.deepEqual(argv, args);
      assert.equal(cwd, programs);
    });

    it('an environment that is all its own', async () => {
      const variables = {
        NODE_RED_CREDENTIAL_SECRET: 'leaked',
        PROVISIONING_EXTRA: 'leaked',
        TZ: 'Europe/Kyiv',
        LANG: 'C.UTF-8',
      };
      const before = { ...process.env };
      Object.assign(process.env, variables);
      try {
        const { env } = await printed(
          {
            environment: [
              { name: 'API_KEY', value: 'k3y value' },
              { name: 'LANG', value: 'uk_UA.UTF-8' },
              { name: 'PROVISIONING_ATTEMPT', value: 'not mine' },
            ],
          },
          { attempt: 2 },
        );
        assert.deepEqual(env, {
          PATH: process.env['PATH'],
          ...(process.env['HOME'] !== undefined && { HOME: process.env['HOME'] }),
          TZ: 'Europe/Kyiv',
          LANG: 'uk_UA.UTF-8',
          API_KEY: 'k3y value',
          PROVISIONING_EVENT_TYPE: 'clients.create',
          PROVISIONING_EVENT_ID: 'ev-test-1',
          PROVISIONING_OBJECT_ID: '12',
          PROVISIONING_ATTEMPT: '2',
          PROVISIONING_WEBHOOK_ID: 'ev-test-1_handler',
        });
      } finally {
        for (const name of Object.keys(variables)) delete process.env[name];
        Object.assign(process.env, before);
      }
    });

    for (const nasty of [
      '$(touch pwned)',
      '`touch pwned`',
      '; touch pwned #',
      '| touch pwned',
      '&& touch pwned',
      '> pwned',
      "'; touch pwned; '",
      '"; touch pwned; "',
      'a\ntouch pwned\n',
      '--help',
      '--eval=process.exit(9)',
      '-e',
      '() { :; }; touch pwned',
      '../../etc/passwd',
      '$IFS',
      '\u202e*?[a-z]~',
      '%s%n',
    ])
      it(`${JSON.stringify(nasty)} of an event by standard input and environment only`, async () => {
        const body = JSON.stringify({ event: { object_id: nasty }, data: { [nasty]: nasty } });
        const { env, argv } = await printed({ args: ['fixed'] }, { objectId: nasty, body });
        assert.deepEqual(argv, ['fixed']);
        assert.equal(env['PROVISIONING_OBJECT_ID'], nasty);
        assert.equal((await run('echo-input.sh', {}, { objectId: nasty, body })).response, body);
        assert.ok(!existsSync(join(programs, 'pwned')));
      });
  });

  describe('takes from a script', () => {
    it('success from exit code 0, whatever it wrote to standard error', async () => {
      assert.deepEqual(facts(await run('warns.sh')), {
        ok: true,
        code: 0,
        response: 'ok',
        error: null,
        outage: false,
      });
    });

    it('the error from standard error, or the exit code when that is empty', async () => {
      const response = 'looked up client 12';
      const spoken = { ok: false, code: 3, response, error: 'no such client', outage: false };
      assert.deepEqual(facts(await run('exits-3.sh')), spoken);
      assert.deepEqual(facts(await run('exits-3.sh', { args: ['silent'] })), {
        ...spoken,
        error: 'exit code 3',
      });
    });

    it('what it was given when it wrote nothing, no secret in it', async () => {
      const given = 'it wrote nothing; it was given the envelope of clients.create on standard input, and';
      const silent = await run('ends-silently.sh', {
        args: ['3', 's3cret', 'two words'],
        secrets: ['s3cret'],
      });
      assert.deepEqual(
        [silent.code, silent.error],
        [3, `exit code 3: ${given} the arguments 3 *** "two words"`],
      );
      assert.equal((await run('ends-silently.sh')).error, `exit code 1: ${given} no arguments`);
      const killed = await run('ends-silently.sh', { args: ['TERM'] });
      assert.equal(killed.error, `ended by SIGTERM: ${given} the arguments TERM`);
      assert.equal((await run('ends-silently.sh', { args: ['0'] })).ok, true);
    });

    it('the name of the signal that ended it', async () => {
      const outcome = await run('kills-itself.sh');
      assert.deepEqual(facts(outcome), {
        ok: false,
        code: null,
        response: null,
        error:
          'ended by SIGKILL: it wrote nothing; it was given the envelope of clients.create on standard input, and no arguments',
        outage: false,
      });
    });

    it('64 KiB of 5 MB, without stopping it', async () => {
      const talkative = await run('prints-5-mb.js');
      assert.deepEqual([talkative.ok, talkative.code, talkative.error], [true, 0, null]);
      assert.ok(Buffer.byteLength(talkative.response ?? '') > 65_000);
      assert.ok(Buffer.byteLength(talkative.response ?? '') <= 65_536);
      assert.ok(!talkative.response?.includes('\ufffd'));
      const failing = await run('prints-5-mb.js', { args: ['stderr'] });
      assert.deepEqual([failing.ok, failing.code], [false, 1]);
      assert.ok(Buffer.byteLength(failing.error ?? '') > 65_000);
    });

    it('invalid UTF-8 as replacement characters', async () => {
      assert.equal((await run('prints-invalid-utf-8.sh')).response, 'caf\ufffd ok');
    });

    it('no offence at an input that it does not read', async () => {
      const body = JSON.stringify({ data: 'x'.repeat(1_000_000) });
      const outcomes = await Promise.all(
        Array.from({ length: 5 }, () => run('never-reads-input.sh', {}, { body })),
      );
      for (const outcome of outcomes)
        assert.deepEqual(facts(outcome), { ok: true, code: 0, response: 'done', error: null, outage: false });
    });

    it('its answer although a child of it goes on and holds standard output', async () => {
      const pids = join(folder, 'pids');
      const start = performance.now();
      const outcome = await run('leaves-a-daemon.sh', { environment: [{ name: 'PIDS', value: pids }] });
      assert.deepEqual(facts(outcome), {
        ok: true,
        code: 0,
        response: 'started',
        error: null,
        outage: false,
      });
      assert.ok(performance.now() - start < 10_000);
      started.push(...readPids(pids));
      assert.equal(started.length, 1);
      assert.ok(started.every(isAlive));
    });

    it('no secret of its environment', async () => {
      const environment = [
        { name: 'API_KEY', value: 's3cret-"key"', secret: true },
        { name: 'PLAIN', value: 'plain-value' },
      ];
      const { response } = await run('prints-environment.js', { environment, args: ['s3cret-"key"'] });
      assert.ok(!response?.includes('s3cret'));
      assert.match(response ?? '', /"API_KEY":"\*\*\*"/);
      assert.match(response ?? '', /"PLAIN":"plain-value"/);
      assert.equal(
        target('prints-environment.js', { environment, args: ['s3cret-"key"'] }).description.includes(
          's3cret',
        ),
        false,
      );
    });
  });

  it('shows no argument that came from a reference, however short', async () => {
    const config = { args: ['--key', 'argument-key', 'pin'], secrets: ['argument-key', 'pin'] };
    const { response } = await run('prints-environment.js', config);
    assert.match(response ?? '', /"argv":\["--key","\*\*\*","pin"\]/);
    assert.equal(target('prints-environment.js', config).description, 'prints-environment.js --key *** ***');
  });

  it('shows no password of a URL among its arguments and variables, however short', async () => {
    const config = {
      args: ['--db', 'postgres://app:pa%20ss@db.example/crm', 'http://u:p@a.example', 'git@b.example:c'],
      environment: [{ name: 'BROKER', value: 'amqp://guest:s3cret@mq.example' }],
    };
    const { response } = await run('prints-environment.js', config);
    assert.match(response ?? '', /postgres:\/\/app:\*\*\*@db\.example/);
    assert.match(response ?? '', /amqp:\/\/guest:\*\*\*@mq\.example/);
    assert.equal(
      target('prints-environment.js', config).description,
      'prints-environment.js --db postgres://app:***@db.example/crm http://u:***@a.example git@b.example:c',
    );
  });

  describe('when its time is up', () => {
    it('ends a script that would go on', async () => {
      const start = performance.now();
      const outcome = await run('sleeps.sh', { timeoutSeconds: 0.3 });
      assert.deepEqual(facts(outcome), {
        ok: false,
        code: null,
        response: null,
        error: 'no end within 0.3 s: the script and its children were ended',
        outage: true,
      });
      assert.ok(performance.now() - start < 2500);
    });

    it('shows no beginning of a secret that the script was about to write', async () => {
      const config = { args: ['the-secret'], secrets: ['the-secret-of-it'], timeoutSeconds: 1 };
      const outcome = await run('writes-and-waits.sh', config);
      assert.equal(outcome.response, '***');
      assert.match(outcome.error ?? '', /^no end within 1 s: .*; it said: \*\*\*$/);
    });

    it('ends a script that ignores SIGTERM, and its children, within 3 s', async () => {
      const pids = join(folder, 'pids');
      const environment = [{ name: 'PIDS', value: pids }];
      const start = performance.now();
      const outcome = await run('ignores-sigterm.sh', { timeoutSeconds: 1, environment });
      const took = performance.now() - start;
      started.push(...readPids(pids));
      assert.equal(started.length, 3);
      assert.deepEqual(started.filter(isAlive), []);
      assert.ok(took < 4000, `it took ${took} ms`);
      assert.deepEqual(facts(outcome), {
        ok: false,
        code: null,
        response: 'stubborn',
        error: 'no end within 1 s: the script and its children were ended',
        outage: true,
      });
    });

    it('ends a descendant that refuses to go after the script has gone', async () => {
      const pids = join(folder, 'pids');
      const environment = [{ name: 'PIDS', value: pids }];
      const outcome = await run('leaves-a-refuser.sh', { timeoutSeconds: 1, environment });
      assert.equal(outcome.outage, true);
      started.push(...readPids(pids));
      assert.equal(started.length, 1);
      assert.deepEqual(started.filter(isAlive), []);
    });

    it('ends what has left its process group, and leaves what an earlier call has left behind', async () => {
      const [left, pids] = [join(folder, 'left'), join(folder, 'pids')];
      await run('leaves-a-daemon.sh', { environment: [{ name: 'PIDS', value: left }] });
      const environment = [
        { name: 'PIDS', value: pids },
        { name: 'WAY', value: ways.at(-1) },
        { name: 'STUBBORN', value: 'yes' },
      ];
      const outcome = await run('escapes.sh', { timeoutSeconds: 3, environment });
      const [daemon = 0] = readPids(left);
      const ended = readPids(pids);
      started.push(daemon, ...ended);
      assert.equal(outcome.error, 'no end within 3 s: the script and its children were ended');
      assert.equal(ended.length, 2);
      assert.deepEqual(ended.filter(isAlive), []);
      assert.ok(isAlive(daemon));
    });

    it('ends them side by side', async () => {
      const start = performance.now();
      const outcomes = await Promise.all(
        Array.from({ length: 4 }, (_, index) =>
          run('ignores-sigterm.sh', {
            timeoutSeconds: 1,
            environment: [{ name: 'PIDS', value: join(folder, `pids-${index}`) }],
          }),
        ),
      );
      assert.ok(performance.now() - start < 5000);
      assert.ok(outcomes.every(({ outage }) => outage));
      for (let index = 0; index < 4; index++) started.push(...readPids(join(folder, `pids-${index}`)));
      assert.deepEqual(started.filter(isAlive), []);
    });
  });

  describe('does not start', () => {
    it('a script out of the allowed folders, and it is no outage', async () => {
      for (const command of ['../call.ts', '/bin/sh', '../../../package.json']) {
        const outcome = await run(command);
        assert.equal(outcome.outage, false);
        assert.ok(outcome.error?.includes(`leads out of the allowed script folders (${programs})`));
      }
    });

    it('a script that is not there', async () => {
      const outcome = await run('missing.sh');
      assert.deepEqual([outcome.ok, outcome.code, outcome.outage], [false, null, true]);
      assert.match(outcome.error ?? '', /^missing\.sh was not found in the allowed script folders/);
    });

    it('a script that is not executable, and says chmod', async () => {
      const outcome = await run('not-executable.sh');
      assert.deepEqual([outcome.ok, outcome.outage], [false, true]);
      assert.match(outcome.error ?? '', /^not-executable\.sh may not be executed: chmod \+x/);
    });

    it('a script without an interpreter, which only a shell would run', async () => {
      const outcome = await run('no-shebang');
      assert.deepEqual([outcome.ok, outcome.outage, outcome.response], [false, true, null]);
      assert.match(outcome.error ?? '', /its first line must name its interpreter, such as #!\/bin\/sh/);
    });

    it('a script whose interpreter does not exist', async () => {
      const outcome = await run('unknown-interpreter');
      assert.deepEqual([outcome.ok, outcome.outage], [false, true]);
      assert.match(
        outcome.error ?? '',
        /names an interpreter that does not exist, \/usr\/bin\/no-such-interpreter: install it/,
      );
    });

    for (const [what, text, reason] of [
      [
        'whose first line ends as on Windows',
        '#!/bin/sh\r\necho\r\n',
        /its first line ends as lines do on Windows/,
      ],
      [
        'that begins with a byte order mark',
        '\ufeff#!/bin/sh\necho\n',
        /begins with a byte order mark: save it/,
      ],
      ['that is empty', '', /its first line must name its interpreter/],
      ['whose first line is empty', '\n#!/bin/sh\necho\n', /its first line must name its interpreter/],
      [
        'whose interpreter is beneath a file',
        '#!/bin/sh/x\n',
        /an interpreter that does not exist, \/bin\/sh\/x:/,
      ],
      ['whose interpreter may not be run', '#!/etc/passwd -x\n', /at those of its interpreter \/etc\/passwd/],
      ['whose interpreter is a folder', '#!/bin\n', /at those of its interpreter \/bin,/],
    ] as const)
      it(`a script ${what}, and says so`, async () => {
        const file = join(folder, 'script.sh');
        writeFileSync(file, text, { mode: 0o755 });
        const folders = new ScriptFolders({ folders: [folder], enabled: true });
        for (const kind of [localTarget, residentTarget]) {
          const config = { id: 'handler', handlerType: 'local', command: 'script.sh' };
          const made = kind(handlerSchema.parse(config) as LocalHandler, { scripts: folders });
          const { ok, outage, error } = await made.call(callOf());
          assert.deepEqual([ok, outage], [false, true]);
          assert.match(error ?? '', /^script\.sh (?:can not be started|may not be executed)/);
          assert.match(error ?? '', reason);
        }
      });

    it('a script by a name that is none', async () => {
      for (const command of ['echo-input.sh/', 'echo-input.sh/.']) {
        const { ok, outage, error } = await run(command);
        assert.deepEqual([ok, outage], [false, false]);
        assert.match(error ?? '', /is no name of a script/);
      }
    });

    it('with more than the system hands over, and says so', async () => {
      const long = 'x'.repeat(3_000_000);
      for (const config of [{ args: [long] }, { environment: [{ name: 'LONG', value: long }] }]) {
        const { ok, outage, error } = await run('echo-input.sh', config);
        assert.deepEqual([ok, outage], [false, true]);
        assert.match(
          error ?? '',
          /^echo-input\.sh can not be started: its arguments and variables are longer/,
        );
      }
    });

    it('with an object id that an environment can not carry', async () => {
      const outcome = await run('echo-input.sh', {}, { objectId: 'a\0b' });
      assert.deepEqual([outcome.ok, outcome.outage], [false, false]);
      assert.match(outcome.error ?? '', /^echo-input\.sh can not be started: .*null bytes/);
    });
  });

  it('describes itself for people', () => {
    assert.equal(
      target('sub/notify.sh', { args: ['--all', 'two words'] }).description,
      'sub/notify.sh --all "two words"',
    );
  });

  it('closes when the calls in flight have settled', async () => {
    const closing = target('sleeps.sh', { args: ['0.2'] });
    let settled = false;
    const call = closing.call(callOf()).then((outcome) => {
      settled = true;
      return outcome;
    });
    await closing.close();
    await eventually('the call settles', () => settled);
    assert.equal((await call).ok, true);
  });

  it('ends the scripts that still run when Node-RED ends', async () => {
    const pids = join(folder, 'pids');
    const parent = fork(fileURLToPath(new URL('../../../support/ends-during-a-call.ts', import.meta.url)), [
      programs,
      pids,
    ]);
    await once(parent, 'exit');
    started.push(...readPids(pids));
    assert.equal(started.length, 1);
    await eventually('the script is gone', () => !started.some(isAlive));
  });

  for (const way of ways) {
    it(`ends all that a script has started when Node-RED ends, also what escapes by its ${way}`, async () => {
      const ending = fileURLToPath(new URL('../../../support/ends-during-a-call.ts', import.meta.url));
      await once(fork(ending, [programs, join(folder, way), 'once', way]), 'exit');
      started.push(...readPids(join(folder, way)));
      assert.equal(started.length, 2);
      await eventually('they are gone', () => !started.some(isAlive));
    });
  }

  it('runs 50 at once, each with its own input', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => run('echo-input.sh', {}, { body: String(index) })),
    );
    assert.deepEqual(
      outcomes.map(({ response }) => response),
      outcomes.map((_, index) => String(index)),
    );
  });
});
