import assert from 'node:assert/strict';
import { sign, signingKey, verify } from '../../../src/engine/targets/signature.ts';
import { isSigningSecret } from '../../../src/engine/words/signing-secret.ts';

// The example that the Standard Webhooks specification and its libraries are tested with.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const timestamp = '1614265330';
const body = '{"test": 2432232314}';
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

const options = { secrets: [secret], toleranceSeconds: 300, now: Number(timestamp) * 1000 };

describe('signature', () => {
  it('is the one of the published example', () => {
    assert.equal(sign({ id, timestamp, body }, [secret]), signature);
  });

  it('covers bytes as they are, text or not', () => {
    assert.equal(sign({ id, timestamp, body: Buffer.from(body) }, [secret]), signature);
  });

  it('takes a secret that is no whsec_ as its text', () => {
    const text = sign({ id, timestamp, body }, ['correct horse']);
    const base64 = sign({ id, timestamp, body }, [
      `whsec_${Buffer.from('correct horse').toString('base64')}`,
    ]);
    assert.equal(text, base64);
  });

  it('does not hang on blanks around a secret', () => {
    assert.equal(sign({ id, timestamp, body }, [` ${secret}\n`]), signature);
    assert.equal(sign({ id, timestamp, body }, [' text ']), sign({ id, timestamp, body }, ['text']));
  });

  it('is not made with a secret whose base64 is malformed', () => {
    for (const wrong of ['whsec_', 'whsec_a', 'whsec_ab-_', 'whsec_ab=', 'whsec_abc==', 'whsec_ab cd', ' ']) {
      assert.equal(isSigningSecret(wrong), false, wrong);
      assert.throws(() => signingKey(wrong), {
        message: /^signing secret: must be a text, or whsec_ and base64/,
      });
    }
    for (const right of [secret, 'whsec_ab', 'whsec_ab==', 'whsec_abc=', 'WHSEC_-', 'text'])
      assert.equal(isSigningSecret(right), true, right);
  });

  it('is the same with a key made beforehand', () => {
    assert.equal(sign({ id, timestamp, body }, [signingKey(secret)]), signature);
    assert.ok(verify({ id, timestamp, signature }, body, { ...options, secrets: [signingKey(secret)] }));
  });

  it('signs with the current and the previous secret, and either verifies', () => {
    const both = sign({ id, timestamp, body }, [secret, 'previous']);
    assert.equal(both.split(' ').length, 2);
    assert.ok(verify({ id, timestamp, signature: both }, body, options));
    assert.ok(
      verify({ id, timestamp, signature: both }, body, { ...options, secrets: ['other', 'previous'] }),
    );
  });

  it('does not verify for another body, id, timestamp or secret', () => {
    const headers = { id, timestamp, signature };
    assert.ok(verify(headers, body, options));
    assert.ok(!verify(headers, `${body} `, options));
    assert.ok(!verify({ ...headers, id: 'msg_2' }, body, options));
    assert.ok(!verify({ ...headers, timestamp: '1614265331' }, body, options));
    assert.ok(!verify(headers, body, { ...options, secrets: ['other'] }));
    assert.ok(!verify(headers, body, { ...options, secrets: [] }));
  });

  it('does not verify once the timestamp is out of the tolerance, before or after', () => {
    const headers = { id, timestamp, signature };
    assert.ok(verify(headers, body, { ...options, now: options.now + 300_000 }));
    assert.ok(!verify(headers, body, { ...options, now: options.now + 301_000 }));
    assert.ok(!verify(headers, body, { ...options, now: options.now - 301_000 }));
  });

  it('does not verify what is missing, malformed or of another version', () => {
    const headers = { id, timestamp, signature };
    assert.ok(!verify({ ...headers, id: undefined }, body, options));
    assert.ok(!verify({ ...headers, timestamp: undefined }, body, options));
    assert.ok(!verify({ ...headers, timestamp: 'NaN' }, body, options));
    assert.ok(!verify({ ...headers, signature: undefined }, body, options));
    assert.ok(!verify({ ...headers, signature: signature.replace('v1,', 'v1a,') }, body, options));
    assert.ok(!verify({ ...headers, signature: signature.slice(0, -5) }, body, options));
    assert.ok(!verify({ ...headers, signature: 'v1,' }, body, options));
  });
});
