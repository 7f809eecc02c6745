import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Mocha's `spec` report; when TEST_RESULTS names a file, its counts as JSON go there. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env['TEST_RESULTS'];
    if (!file) return;
    runner.once('end', () => writeFileSync(file, JSON.stringify(this.stats)));
  }
}
