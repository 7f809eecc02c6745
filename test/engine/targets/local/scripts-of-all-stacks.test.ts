import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localTarget } from '../../../../src/engine/targets/local/local.ts';
import { ScriptFolders } from '../../../../src/engine/targets/local/script-folders.ts';
import { residentTarget } from '../../../../src/engine/targets/resident/resident.ts';
import { handlerSchema, type LocalHandler } from '../../../../src/engine/words/handler.ts';
import type { Outcome } from '../../../../src/engine/words/outcome.ts';
import { callOf } from '../../../support/call.ts';
import { once } from '../../../support/stacks/once.ts';
import { answers, silent } from '../../../support/stacks/resident.ts';
import { body, interpreters, type Row, type Stack } from '../../../support/stacks/row.ts';

const isHere = (stack: Stack): boolean => {
  const [file = '', ...args] = interpreters[stack].split(' ');
  return spawnSync(file, [...args, stack === 'sh' ? '-c' : '--version', ':']).status === 0;
};
const stacks = (Object.keys(interpreters) as Stack[]).filter(isHere);

describe('a script of any stack', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'stacks-'));
    // Here a script of Node.js may be written as most are, without a package around it.
    writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  });
  after(() => rmSync(folder, { recursive: true }));

  async function outcomeOf(
    { stack, script, ballast }: Row,
    index: number,
    mode: string,
    timeoutSeconds: number,
  ): Promise<Outcome> {
    const command = `${mode}-${timeoutSeconds}-${index}`;
    writeFileSync(join(folder, command), `#!${interpreters[stack]}\n${script}\n`, { mode: 0o755 });
    const config = { id: 'handler', handlerType: 'local', command, mode, timeoutSeconds };
    const handler = handlerSchema.parse(config) as LocalHandler;
    const scripts = new ScriptFolders({ folders: [folder], enabled: true });
    const target = (mode === 'once' ? localTarget : residentTarget)(handler, { scripts });
    const outcome = await target.call(callOf({ body: body(ballast) }));
    await target.close();
    return outcome;
  }

  for (const [mode, timeoutSeconds, rows] of [
    ['once', 30, once],
    ['resident', 30.5, answers],
    ['resident', 3, silent],
  ] as const)
    describe(`in mode ${mode}, ${timeoutSeconds} s`, () => {
      const here = rows.filter(({ stack }) => stacks.includes(stack));
      const outcomes = new Map<Row, Outcome>();
      before(async () => {
        const queue = [...here.entries()];
        const worker = async (): Promise<void> => {
          for (let next = queue.shift(); next; next = queue.shift()) {
            const [index, row] = next;
            outcomes.set(row, await outcomeOf(row, index, mode, timeoutSeconds));
          }
        };
        await Promise.all(Array.from({ length: 6 }, worker));
      });

      for (const row of here)
        it(`${row.stack} ${row.does}: ${row.error ? 'fails and says why' : 'succeeds'}`, () => {
          const { ok, response, error } = outcomes.get(row) ?? assert.fail('it was not run');
          assert.equal(ok, row.error === undefined, error ?? 'it succeeded');
          if (row.error) assert.match(error ?? '', row.error);
          else if (row.response instanceof RegExp) assert.match(response ?? '', row.response);
          else assert.equal(response ?? '', row.response);
        });
    });
});
