import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import Mocha from 'mocha';

interface Counts {
  readonly passes: number;
  readonly failures: number;
}

/** Mocha's `spec` report; when TEST_RESULTS names a file, its counts are added, as JSON, to those that stand there. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env['TEST_RESULTS'];
    if (!file) return;
    runner.once('end', () => {
      const { passes, failures } = before(file);
      const counts = { passes: passes + this.stats.passes, failures: failures + this.stats.failures };
      writeFileSync(file, JSON.stringify(counts));
    });
  }
}

/** What an earlier run of the same command has counted. */
function before(file: string): Counts {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text ? JSON.parse(text) : { passes: 0, failures: 0 };
}
