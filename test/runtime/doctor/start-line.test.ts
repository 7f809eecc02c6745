import assert from 'node:assert/strict';
import type { Sign } from '../../../src/engine/words/diagnosis.ts';
import { diagnosisOf } from '../../../src/runtime/doctor/findings.ts';
import { signOf } from '../../../src/runtime/doctor/sign.ts';
import { lineOf } from '../../../src/runtime/doctor/start-line.ts';
import { registry } from '../../support/doctor.ts';

describe('the line of the doctor at start', () => {
  const ok = signOf('ok', 'clock', 'steady');
  const notice = signOf('notice', 'registries', 'starting', { registry });
  const warning = signOf('warning', 'registries', 'noExecutor', { registry });
  const error = signOf('error', 'handlers', 'refused', { values: { reason: 'secret of the reason' } });
  const line = (...signs: Sign[]) => lineOf(diagnosisOf(signs, [], 0), '/admin');

  it('counts what is well', () => {
    assert.equal(line(ok, ok), 'Provisioning: all 2 checks well');
    assert.equal(line(ok, notice), 'Provisioning: all 2 checks well (1 notice)');
  });

  it('names the worst, and where the rest is', () => {
    const said = line(ok, warning, error, warning);
    assert.match(said, /^Provisioning: 1 error and 2 warnings; the first: can not be called/i);
    assert.match(said, /GET \/admin\/provisioning\/doctor$/);
    assert.match(
      line(warning),
      /^Provisioning: 1 warning: registry "Billing": has event nodes, but no executor/,
    );
  });
});
