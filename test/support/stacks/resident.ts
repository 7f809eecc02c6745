import { big, js, py, type Row } from './row.ts';

const said = (stack: 'python' | 'node', line: string): string =>
  stack === 'python'
    ? py(`for line in sys.stdin:\n  call = json.loads(line)\n  ${line}`)
    : `require('node:readline').createInterface(process.stdin).on('line', (line) => { const call = JSON.parse(line); ${line} });`;
const shell = (line: string): string =>
  `while IFS= read -r line; do id=\${line#*\\"id\\":\\"}; id=\${id%%\\"*}; ${line}; done`;

/** Scripts that stay, and answer or come to an end. */
export const answers: readonly Row[] = [
  {
    stack: 'sh',
    does: 'answers',
    script: shell(`printf '{"id":"%s","ok":true,"response":"done"}\\n' "$id"`),
    response: 'done',
  },
  {
    stack: 'python',
    does: 'answers and flushes',
    script: said(
      'python',
      'print(json.dumps({"id": call["id"], "ok": True, "response": "done"}), flush=True)',
    ),
    response: 'done',
  },
  {
    stack: 'node',
    does: 'answers',
    script: said('node', "console.log(JSON.stringify({ id: call.id, ok: true, response: 'done' }))"),
    response: 'done',
  },
  {
    stack: 'python',
    does: 'reads a large call',
    script: said(
      'python',
      'print(json.dumps({"id": call["id"], "ok": True, "response": len(call["payload"]["data"]["ballast"])}), flush=True)',
    ),
    ballast: big,
    response: String(big),
  },
  {
    stack: 'sh',
    does: 'ends its lines as on Windows',
    script: shell(`printf '{"id":"%s","ok":true,"response":"done"}\\r\\n' "$id"`),
    response: 'done',
  },
  {
    stack: 'python',
    does: 'writes an answer in parts',
    script: said(
      'python',
      'text = json.dumps({"id": call["id"], "ok": True, "response": "done"}) + "\\n"\n  for part in text: sys.stdout.write(part); sys.stdout.flush()',
    ),
    response: 'done',
  },
  {
    stack: 'python',
    does: 'writes invalid UTF-8',
    script: said(
      'python',
      'sys.stdout.buffer.write(b\'{"id":"\' + call["id"].encode() + b\'","ok":true,"response":"caf\\xe9"}\\n\'); sys.stdout.flush()',
    ),
    response: 'caf\ufffd',
  },
  {
    stack: 'node',
    does: 'answers much',
    script: said(
      'node',
      "console.log(JSON.stringify({ id: call.id, ok: true, response: '0123456\\n'.repeat(50_000) }))",
    ),
    response: /^(?:0123456\n){8192}$/,
  },
  {
    stack: 'node',
    does: 'answers more than it may',
    script: said(
      'node',
      "console.log(JSON.stringify({ id: call.id, ok: true, response: 'x'.repeat(2_000_000) }))",
    ),
    error: /it wrote a line longer than 1 MiB$/,
  },
  {
    stack: 'python',
    does: 'writes what is no text',
    script: said('python', 'sys.stdout.buffer.write(b"\\x00\\xff\\n"); sys.stdout.flush()'),
    error: /it wrote a line that is no answer \(not JSON\)/,
  },
  {
    stack: 'sh',
    does: 'answers and ends',
    script: `${shell(`printf '{"id":"%s","ok":true,"response":"done"}\\n' "$id"; exit`)}`,
    response: 'done',
  },
  {
    stack: 'python',
    does: 'ends without an answer',
    script: py('sys.stdin.readline()'),
    error: /it ended with exit code 0; it wrote nothing; it was given a line for each call/,
  },
  {
    stack: 'python',
    does: 'has a flush made for it',
    script: said('python', 'print(json.dumps({"id": call["id"], "ok": True, "response": "done"}))').replace(
      /^/,
      'import sys\nsys.stdout.reconfigure(line_buffering=True)\n',
    ),
    response: 'done',
  },
];

const flush =
  /; it has answered nothing yet; it must answer each line when it comes, and flush its standard output after/;
/** Scripts that stay, and give no answer. */
export const silent: readonly Row[] = [
  {
    stack: 'sh',
    does: 'closes its input at once',
    script: 'exec 0<&-; exec sleep 30',
    // Whether the call was written by then is chance; it is found out with the next one at the latest.
    error: /it closed its standard input or output, and went on$|; it has answered nothing yet; /,
  },
  {
    stack: 'python',
    does: 'does not flush',
    script: said('python', 'print(json.dumps({"id": call["id"], "ok": True}))'),
    error: flush,
  },
  { stack: 'php', does: 'reads to the end', script: '<?php stream_get_contents(STDIN);', error: flush },
  { stack: 'python', does: 'reads to the end', script: py('sys.stdin.read()'), error: flush },
  {
    stack: 'node',
    does: 'reads to the end',
    script: js("fs.readFileSync(0); console.log('done')"),
    error: flush,
  },
  { stack: 'sh', does: 'reads nothing', script: 'exec sleep 30', error: flush },
  {
    stack: 'sh',
    does: 'ends no line',
    script: shell(`printf '{"id":"%s","ok":true}' "$id"`),
    error: /; it has written a line without its end; it must answer each line/,
  },
];
