import type { DemoInstance } from './demo-instance.ts';

const actions = [
  ['kill', 'kill -9'],
  ['stop', 'stop'],
  ['pause', 'stand still'],
  ['resume', 'go on'],
  ['start', 'start'],
] as const;

const sample =
  '{"event":{"dt":"2026-01-31T12:00:00+00:00","events_id":"clients.create","object_id":12},"data":{"id":12,"name":"My name","companies_id":3}}';

/** What to try, and the instances with what can be done to them. @param url of the balancer */
export function pageOf(url: string, instances: readonly DemoInstance[]): string {
  const post = (headers = '') =>
    `curl -si ${headers}-X POST ${url}/provisioning/events -H 'content-type: application/json' -d '${sample}'`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2">
<title>Three Node-REDs, one registry</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
  body { max-width: 48em; margin: 2em auto; padding: 0 1em }
  td, th { padding: .3em .8em .3em 0; text-align: left }
  pre { overflow: auto; padding: .8em; border: 1px solid #8888; border-radius: 4px }
  form { display: inline }
</style>
<h1>Three Node-REDs, one registry</h1>
<table>
  <tr><th>Instance<th>State<th>
  ${instances.map((instance) => row(instance)).join('\n  ')}
</table>
<h2>What to try</h2>
<ol>
  <li>Send an event through the balancer; <code>x-instance</code> says who took it. <pre>${escaped(post())}</pre>
  <li>Open an editor, and its <i>Provisioning</i> tab: the log is the same in each, the overview lists the instances.
  <li>Send many, and kill one meanwhile: what it was calling is called again by another, with the same <code>webhook-id</code>.
    <pre>${escaped(`for n in $(seq 100); do ${post(`-H "idempotency-key: demo-$n" --retry 5 --retry-all-errors `)}; done`)}</pre>
  <li>Let one stand still for longer than ten seconds, and go on: the others took over, and it begins anew.
  <li>Hold a handler in one editor, and look at it in another.
</ol>
</html>`;
}

function row({ number, port, state }: DemoInstance): string {
  const editor = `http://127.0.0.1:${port}/`;
  const buttons = actions.map(
    ([action, label]) =>
      `<form method="post" action="/cluster/${action}/${number}"><button>${label}</button></form>`,
  );
  return `<tr><td><a href="${editor}">${editor}</a><td>${state}<td>${buttons.join(' ')}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
