import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '../../src/runtime/settings.ts';
import { issuesOf } from '../support/invalid.ts';
import { packageRoot } from '../support/package.ts';

const examples = join(packageRoot, 'samples/scripts');

describe('provisioning in settings.js', () => {
  it('may be left out: journals and scripts stand in the user directory', () => {
    assert.deepEqual(readSettings(undefined, '/home/ann/.node-red'), {
      dir: '/home/ann/.node-red/provisioning',
      scripts: true,
      scriptFolders: ['/home/ann/.node-red/provisioning/scripts', examples],
      scriptEnvironment: [],
      http: { allow: [], deny: [] },
      backlog: 10_000_000,
    });
    assert.ok(existsSync(join(examples, 'echo-event.sh')));
  });

  it('may name a database instead, whose address the environment may give', () => {
    const read = (postgres: object, url?: string) => readSettings({ postgres }, '/home/ann', url).postgres;
    const given = { host: 'db.example', port: 5432, database: 'vcs', user: 'ann', password: 's', ssl: true };
    assert.deepEqual(read({ ...given, poolSize: '4' }), { ...given, poolSize: 4, schema: 'provisioning' });
    const url = 'postgres://ann@db.example/vcs';
    assert.deepEqual(read({ connectionString: url }), { connectionString: url, schema: 'provisioning' });
    assert.deepEqual(read({ host: 'other', schema: 'own', ssl: { ca: 'x' } }, url), {
      connectionString: url,
      schema: 'own',
      ssl: { ca: 'x' },
    });
    assert.deepEqual(readSettings(undefined, '/home/ann', url).postgres, {
      connectionString: url,
      schema: 'provisioning',
    });
  });

  it('is refused where the database is named wrongly', () => {
    const issues = (postgres: unknown) =>
      Object.keys(issuesOf(() => readSettings({ postgres }, '/home/ann')));
    assert.deepEqual(issues({ connectionString: 'mysql://db' }), ['postgres.connectionString']);
    assert.deepEqual(issues({ schema: 'Has"Quotes' }), ['postgres.schema']);
    assert.deepEqual(issues({ port: 0, host: '' }), ['postgres.host', 'postgres.port']);
    assert.deepEqual(issues({ url: 'postgres://db' }), ['postgres.url']);
    assert.match(
      issuesOf(() => readSettings(undefined, '/home/ann', 'db.example'))['connectionString'] ?? '',
      /must begin with "postgres/,
    );
  });

  it('may say where they stand instead, and bound what handlers may reach', () => {
    const value = {
      dir: '/srv/provisioning',
      scripts: false,
      scriptDirs: ['/opt/scripts'],
      scriptEnvironment: ['PYTHONPATH'],
      http: { deny: ['10.0.0.0/8'] },
      backlog: 5,
    };
    assert.deepEqual(readSettings(value, '/home/ann/.node-red'), {
      dir: '/srv/provisioning',
      scripts: false,
      scriptFolders: ['/srv/provisioning/scripts', examples, '/opt/scripts'],
      scriptEnvironment: ['PYTHONPATH'],
      http: { allow: [], deny: ['10.0.0.0/8'] },
      backlog: 5,
    });
  });

  for (const [value, field, message] of [
    [null, '', /^must be an object$/],
    [{ scriptDir: [] }, 'scriptDir', /^is not known here: correct its name, or remove it$/],
    [{ dir: '' }, 'dir', /^must not be empty: name a folder, or leave it out$/],
    [{ dir: 5 }, 'dir', /^must be a string$/],
    [{ scripts: 'no' }, 'scripts', /^must be true or false$/],
    [{ scriptDirs: '/opt' }, 'scriptDirs', /^must be a list$/],
    [{ scriptDirs: ['/opt', 5] }, 'scriptDirs[1]', /^must be a string$/],
    [
      { scriptEnvironment: 'PYTHONPATH' },
      'scriptEnvironment',
      /^must be a list of names such as "PYTHONPATH"$/,
    ],
    [
      { scriptEnvironment: ['PATH', 'LD_*'] },
      'scriptEnvironment[1]',
      /^must be a name such as "PYTHONPATH"$/,
    ],
    [{ scriptEnvironment: [5] }, 'scriptEnvironment[0]', /^must be a name such as "PYTHONPATH"$/],
    [{ http: { alow: [] } }, 'http.alow', /^is not known here/],
    [
      { http: { allow: '10.0.0.0/8' } },
      'http.allow',
      /^must be a list of CIDR blocks such as "10.0.0.0\/8"$/,
    ],
    [{ http: { deny: [10] } }, 'http.deny[0]', /^must be a CIDR block such as "10.0.0.0\/8"$/],
    [{ scriptDirs: [''] }, 'scriptDirs[0]', /^must be an absolute path such as/],
    [{ scriptDirs: ['/opt', 'opt'] }, 'scriptDirs[1]', /^must be an absolute path such as/],
    [
      { http: { deny: ['10.0.0.0/8', '10.0.0'] } },
      'provisioning.http.deny[1]',
      /^"10.0.0" must be an address/,
    ],
    [{ http: { allow: ['crm.example'] } }, 'provisioning.http.allow[0]', /^"crm.example" must be an address/],
    [{ backlog: 0 }, 'backlog', /^must be 1 at least$/],
    [{ backlog: 'much' }, 'backlog', /^must be a whole number from 1/],
  ] as const)
    it(`is refused as ${JSON.stringify(value)}`, () => {
      const issues = issuesOf(() => readSettings(value, '/home/ann/.node-red'));
      assert.deepEqual(Object.keys(issues), [field]);
      assert.match(issues[field] ?? '', message);
    });

  it('is named where it is wrong', () => {
    const message = 'settings.js: provisioning: scripts: must be true or false';
    assert.throws(() => readSettings({ scripts: 1 }, '/'), { message });
  });
});
