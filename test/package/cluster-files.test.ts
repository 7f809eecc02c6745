import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folder, kinds, read, services, settings, volumes } from '../support/cluster-files.ts';
import { manifest, packageRoot, readText } from '../support/package.ts';

const { template, selector } = kinds.Deployment.spec;
const [container] = template.spec.containers;
const instances = Object.entries(services).filter(([, { build }]) => build === '.');
const dockerfile = read('Dockerfile');

/** Ms that Node-RED gives its nodes to close. */
const closeTimeout = Number(
  /nodeCloseTimeout = (\d+)/.exec(readText('node_modules/@node-red/runtime/lib/flows/Flow.js'))?.[1],
);
const namesIn = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();

describe('the files for several instances', () => {
  it('name variables that something reads, and all that are read', () => {
    const known = [
      ...namesIn(read('settings.js'), /\b(NODE_RED_\w+)/g),
      ...namesIn(readText('src/runtime/settings.ts'), /process\.env\['(\w+)'\]/g),
    ];
    const ofFlows = namesIn(read('flows/flows.json'), /\$\{(\w+)\}/g);
    const given = instances.flatMap(([, { environment = {} }]) => Object.keys(environment));
    assert.deepEqual([...new Set(given)].sort(), [...known, ...ofFlows].sort());
    const inKubernetes = [...Object.keys(kinds.Secret.stringData), ...container.env.map(({ name }) => name)];
    assert.deepEqual(inKubernetes.sort(), known.sort());
  });

  it('mount what is there where the settings look for it, and for writing only on the one with the editor', () => {
    for (const [name, { environment, volumes: mounts = [] }] of instances) {
      const isEditor = environment?.['NODE_RED_EDITOR'] === 'on';
      assert.deepEqual(mounts, [`./flows:${dirname(settings.flowFile)}${isEditor ? '' : ':ro'}`], name);
    }
    assert.equal(instances.filter(([, { environment }]) => environment?.['NODE_RED_EDITOR']).length, 1);
    for (const { volumes: mounts = [] } of Object.values(services))
      for (const mount of mounts) {
        const [from = ''] = mount.split(':');
        assert.ok(from in volumes || existsSync(join(packageRoot, folder, from)), mount);
      }
    const flows = container.volumeMounts.find(({ mountPath }) => mountPath === dirname(settings.flowFile));
    assert.equal(flows?.readOnly, true);
    assert.deepEqual(
      container.volumeMounts.map(({ name }) => name),
      template.spec.volumes.map(({ name }) => name),
    );
  });

  it('make an image of what is published, on versions that are supported, and start what stands in it', () => {
    const [, node] = /^FROM node:(\d+)-slim$/m.exec(dockerfile) ?? [];
    assert.ok(manifest.engines.node.includes(`>=${node}`), node);
    const [, installed = ''] = /npm install ((?:--\S+ )*\S.*?) \\/.exec(dockerfile) ?? [];
    const packages = installed.split(' ').filter((word) => !word.startsWith('--'));
    const version = (name: string) =>
      /\d+/.exec(readText(`node_modules/${name}/package.json`).split('"version": "')[1] ?? '')?.[0];
    assert.deepEqual(packages, [
      `node-red@${version('node-red')}`,
      `${manifest.name}@latest`,
      `pg@${version('pg')}`,
    ]);
    const [, workdir] = /^WORKDIR (.+)$/m.exec(dockerfile) ?? [];
    const [, copied] = /^COPY (\S+) \.\/$/m.exec(dockerfile) ?? [];
    const [, command = '[]'] = /^CMD (.+)$/m.exec(dockerfile) ?? [];
    const [program, script, ...args] = JSON.parse(command) as string[];
    assert.deepEqual([program, script], ['node', 'node_modules/node-red/red.js']);
    assert.deepEqual(args, ['--userDir', '/data', '--settings', `${workdir}/${copied}`]);
    assert.ok(existsSync(join(packageRoot, folder, copied ?? '')));
    assert.ok(existsSync(join(packageRoot, script ?? '')));
    assert.ok(container.volumeMounts.some(({ mountPath }) => mountPath === '/data'));
  });

  it('lead from port to port, and from name to name', () => {
    const caddyfile = read('Caddyfile');
    const upstreams = /reverse_proxy (.+) \{/.exec(caddyfile)?.[1]?.split(' ');
    assert.deepEqual(
      upstreams,
      instances.map(([name]) => `${name}:1880`),
    );
    assert.ok(instances.length > 1);
    for (const [name, { hostname }] of instances) assert.equal(hostname, name);
    const [, listens] = /^:(\d+) \{/m.exec(caddyfile) ?? [];
    assert.deepEqual(services['balancer']?.ports, [`127.0.0.1:${listens}:${listens}`]);
    assert.match(dockerfile, /^EXPOSE 1880$/m);
    assert.deepEqual(container.ports, [{ name: 'http', containerPort: 1880 }]);
    for (const { targetPort } of kinds.Service.spec.ports) assert.equal(targetPort, 'http');
    for (const { depends_on } of Object.values(services))
      for (const name of Object.keys(depends_on ?? {})) assert.ok(services[name], name);
    const labels = template.metadata.labels;
    const chosen = [
      selector.matchLabels,
      kinds.Service.spec.selector,
      kinds.PodDisruptionBudget.spec.selector.matchLabels,
      ...template.spec.topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels),
    ];
    for (const one of chosen) assert.deepEqual(one, labels);
    assert.deepEqual(container.envFrom, [{ secretRef: { name: kinds.Secret.metadata.name } }]);
  });

  it('ask for the same paths, which the balancer keeps to itself', () => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe])
      assert.equal(httpGet.port, 'http');
    assert.equal(startupProbe.httpGet.path, livenessProbe.httpGet.path);
    const ready = readinessProbe.httpGet.path;
    const root = settings.httpAdminRoot;
    assert.ok(read('Caddyfile').includes(`health_uri ${ready}\n`));
    assert.ok(read('Caddyfile').includes(`@admin path ${root} ${root}/*\n\trespond @admin 404\n`));
    for (const [, { healthcheck }] of instances)
      assert.ok(healthcheck?.test.at(-1)?.startsWith(`fetch('http://127.0.0.1:1880${ready}')`));
  });

  it('give Node-RED the time that it takes to end', () => {
    assert.equal(closeTimeout, 15_000);
    const [sleep, pause] = container.lifecycle.preStop.exec.command;
    assert.equal(sleep, 'sleep');
    const { terminationGracePeriodSeconds } = template.spec;
    assert.ok(terminationGracePeriodSeconds >= Number(pause) + closeTimeout / 1000 + 5);
    for (const [, { stop_grace_period = '' }] of instances)
      assert.ok(Number.parseInt(stop_grace_period, 10) >= closeTimeout / 1000 + 5);
  });
});
