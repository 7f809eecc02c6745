import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { execa, execaSync } from 'execa';
import { dump, load } from 'js-yaml';
import { Metrics } from '../../src/runtime/metrics.ts';
import { aHandler, anEnvelope, EngineBench, refusal } from '../support/engine-bench.ts';
import { packageRoot, readJson, readText } from '../support/package.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
interface Dashboard {
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

const { groups } = load(readText('docs/monitoring/alerts.yml')) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const { panels, templating } = readJson<Dashboard>('docs/monitoring/dashboard.json');
const targets = panels.flatMap((panel) => panel.targets.map((target) => ({ ...target, title: panel.title })));
/** As Grafana fills its variables in. */
const filledIn = (expr: string) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$registry', '.*');

/** What an expression names: metrics, the labels it picks and groups by, and what of it can't be parsed. */
function namedIn(expr: string) {
  const named = { metrics: new Set<string>(), labels: new Set<string>(), wrong: [] as string[] };
  parser.parse(expr).iterate({
    enter({ type, from, to }) {
      const text = expr.slice(from, to);
      if (type.isError) named.wrong.push(`${from}: ${expr.slice(from, from + 20)}`);
      if (type.name === 'Identifier' && /^provisioning_/.test(text)) named.metrics.add(text);
      if (type.name === 'LabelName') named.labels.add(text);
    },
  });
  return named;
}

/** Prometheus' own checker. `npm ci` brings none, so everything but its own tests is shown without it, too. */
const promtool = process.env['PROMTOOL'] || 'promtool';
const hasPromtool = !execaSync(promtool, ['--version'], { reject: false }).failed;

describe('what is handed out for Prometheus and Grafana', () => {
  /** Labels by metric, as they are exposed once everything has happened. */
  const exposed = new Map<string, Set<string>>();
  let exposition: string;

  before(async () => {
    const bench = new EngineBench();
    try {
      const metrics = new Metrics();
      await bench.start([aHandler('a')]);
      metrics.follow(bench.engine);
      bench.behaviours.set('a', () => refusal);
      await bench.engine.fire(anEnvelope(1));
      await bench.settle();
      exposition = await metrics.text([bench.engine], []);
      for (const line of exposition.split('\n')) {
        const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
        if (!name) continue;
        const known = exposed.get(name) ?? new Set();
        for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
        exposed.set(name, known);
      }
    } finally {
      await bench.end();
    }
  });

  const expressions = [
    ...rules.map(({ alert, expr }) => [alert, expr] as const),
    ...targets.map(({ title, expr }) => [title, filledIn(expr)] as const),
  ];
  for (const [name, expr] of expressions) {
    it(`"${name}" is PromQL on metrics and labels that are there`, () => {
      const { metrics, labels, wrong } = namedIn(expr);
      assert.deepEqual(wrong, []);
      assert.ok(metrics.size > 0, expr);
      const known = [...metrics].map(
        (metric) => exposed.get(metric) ?? assert.fail(`${metric} is not there`),
      );
      for (const label of labels)
        assert.ok(
          known.some((one) => one.has(label)),
          `${label} is no label of ${[...metrics]}`,
        );
    });
  }

  it('names in texts only labels that an alert or a line has', () => {
    const texts = [
      ...rules.map(({ expr, annotations }) => ({ expr, text: Object.values(annotations).join(' ') })),
      ...targets.map(({ expr, legendFormat }) => ({ expr: filledIn(expr), text: legendFormat })),
    ];
    for (const { expr, text } of texts) {
      const { metrics, labels } = namedIn(expr);
      const grouped = /\bby \(/.test(expr);
      const known = grouped
        ? labels
        : new Set([...metrics].flatMap((metric) => [...(exposed.get(metric) ?? [])]));
      for (const [, label = ''] of text.matchAll(/\{\{ ?(?:\$labels\.)?(\w+) ?\}\}/g))
        assert.ok(known.has(label), `${label}: ${text}`);
    }
  });

  it('counts once in the dashboard what each of several Node-REDs tells of the registry that they share', () => {
    const gauge =
      /(?<!max by \([a-z, ]+\) \()\bprovisioning_(?:events_waiting|executions_(?:running|parked)|circuit_open)\b/;
    const summed = targets.filter(({ expr }) => gauge.test(expr));
    assert.deepEqual(summed, []);
  });

  it('has alerts with a name of their own, a severity, and texts that say what it means', () => {
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
    for (const rule of rules) {
      assert.deepEqual(
        Object.keys(rule).filter((key) => !['alert', 'expr', 'for', 'labels', 'annotations'].includes(key)),
        [],
      );
      assert.match(rule.labels['severity'] ?? '', /^(?:critical|warning)$/, rule.alert);
      assert.match(rule.for ?? '1m', /^\d+m$/, rule.alert);
      assert.deepEqual(Object.keys(rule.annotations), ['summary', 'description'], rule.alert);
    }
  });

  it('has a dashboard whose panels do not lie over one another, and chooses among registries that are there', () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      assert.ok(x + w <= 24);
      return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`);
    });
    assert.equal(new Set(cells).size, cells.length);
    const [, metric = '', label = ''] =
      templating.list
        .map(({ definition = '' }) => /^label_values\((\w+), (\w+)\)$/.exec(definition))
        .find(Boolean) ?? [];
    assert.ok(exposed.get(metric)?.has(label), `${metric} ${label}`);
  });

  it('shows in the dashboard once what each of several instances tells of their registry', () => {
    const shared = /provisioning_(?:events_waiting|executions_parked|executions_running|circuit_open)\b/;
    const shown = targets.filter(({ expr }) => shared.test(expr));
    assert.ok(shown.length > 5);
    for (const { expr } of shown) assert.match(expr, /max by \(registry/);
  });

  describe('by promtool', () => {
    before(function () {
      if (!hasPromtool) this.skip();
    });

    it('is found to be rules', async () => {
      await execa(promtool, ['check', 'rules', join(packageRoot, 'docs/monitoring/alerts.yml')]);
    });

    it('tells of an alert when it is due, and not before: each of them', async () => {
      const tests = join(packageRoot, 'test/package/alerts.yml');
      await execa(promtool, ['test', 'rules', tests]);
      const tried = new Set(readText('test/package/alerts.yml').match(/(?<=alertname: )\w+/g));
      assert.deepEqual([...tried].sort(), rules.map(({ alert }) => alert).sort());
    });

    it('has a dashboard that asks what Prometheus understands', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'provisioning-promtool-'));
      try {
        const asked = targets.map(({ expr }, at) => ({ record: `panel_${at}`, expr: filledIn(expr) }));
        writeFileSync(join(folder, 'panels.yml'), dump({ groups: [{ name: 'panels', rules: asked }] }));
        await execa(promtool, ['check', 'rules', join(folder, 'panels.yml')]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('is exposed as Prometheus wants metrics to be', async () => {
      await execa(promtool, ['check', 'metrics'], { input: exposition });
    });
  });
});
