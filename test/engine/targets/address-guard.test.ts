import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { InvalidInput } from '../../../src/engine/errors.ts';
import { AddressGuard, AddressRefused } from '../../../src/engine/targets/address-guard.ts';

/** The host as a URL has it, in whatever form it was written. */
function refusal(guard: AddressGuard, host: string): AddressRefused | null {
  return guard.refusalOfHost(new URL(`http://${host}/`).hostname);
}

function lookup(guard: AddressGuard, hostname: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    guard.lookup(hostname, { all: true }, (error, addresses) => {
      if (error) reject(error);
      else resolve(addresses as LookupAddress[]);
    });
  });
}

describe('address guard', () => {
  const guard = new AddressGuard();

  for (const host of [
    '169.254.169.254',
    '169.254.0.1',
    '2852039166', // decimal
    '0xa9fea9fe', // hexadecimal
    '0251.0376.0251.0376', // octal
    '169.254.43518',
    '100.100.100.200',
    '168.63.129.16',
    '[fe80::1]',
    '[febf:ffff::1]',
    '[fd00:ec2::254]',
    '[fd20:ce::254]',
    '[::ffff:169.254.169.254]', // mapped
    '[::ffff:a9fe:a9fe]',
    '[::169.254.169.254]', // compatible
    '[::ffff:0:169.254.169.254]', // translated
    '[64:ff9b::169.254.169.254]', // NAT64
    '[64:ff9b:1::169.254.169.254]', // NAT64, local prefix
    '[2002:a9fe:a9fe::1]', // 6to4
    '[64:ff9b::100.100.100.200]',
  ])
    it(`always refuses ${host}`, () => {
      assert.match(refusal(guard, host)?.message ?? 'allowed', /link-local or cloud metadata/);
      const allowing = new AddressGuard({ allow: ['0.0.0.0/0', '::/0'] });
      assert.ok(refusal(allowing, host) instanceof AddressRefused);
    });

  for (const host of [
    '127.0.0.1',
    '[::1]',
    '10.1.2.3',
    '192.168.0.1',
    '172.16.0.1',
    '[fd12::1]',
    '8.8.8.8',
    '[2001:db8::1]',
    'a.name',
  ])
    it(`allows ${host} by default`, () => {
      assert.equal(refusal(guard, host), null);
    });

  it('calls only what is allowed, when something is', () => {
    const strict = new AddressGuard({ allow: ['10.0.0.0/8', '192.0.2.7', 'fd00::/8'] });
    for (const host of ['10.9.8.7', '192.0.2.7', '[fd00::1]', '[::ffff:10.0.0.1]'])
      assert.equal(refusal(strict, host), null);
    for (const host of ['192.0.2.8', '127.0.0.1', '[::1]', '0.0.0.0'])
      assert.match(refusal(strict, host)?.message ?? 'allowed', /provisioning\.http\.allow/);
  });

  it('lets deny win over allow', () => {
    const both = new AddressGuard({ allow: ['10.0.0.0/8'], deny: ['10.1.0.0/16'] });
    assert.equal(refusal(both, '10.2.0.1'), null);
    assert.match(refusal(both, '10.1.0.1')?.message ?? 'allowed', /provisioning\.http\.deny/);
    assert.match(refusal(both, '[64:ff9b::10.1.0.1]')?.message ?? 'allowed', /provisioning\.http\.deny/);
    assert.match(refusal(both, '[2002:a01:1::]')?.message ?? 'allowed', /provisioning\.http\.deny/);
  });

  it('takes the unspecified address for loopback, as the operating system does', () => {
    const noLoopback = new AddressGuard({ deny: ['127.0.0.0/8', '::1'] });
    for (const host of ['0.0.0.0', '[::]', '127.0.0.1', '[::1]']) assert.ok(refusal(noLoopback, host));
    for (const form of ['::ffff:0.0.0.0', '::ffff:0:0.0.0.0', '64:ff9b::0.0.0.0', '64:ff9b:1::', '2002::'])
      assert.ok(refusal(noLoopback, `[${form}]`), form);
    assert.ok(refusal(new AddressGuard({ deny: ['0.0.0.0/32'] }), '[::]'));
    assert.equal(refusal(guard, '0.0.0.0'), null);
    assert.equal(refusal(guard, '[::ffff:0.0.0.0]'), null);
  });

  it('looks at what a name resolves to', async () => {
    assert.ok((await lookup(guard, 'localhost')).length > 0);
    const noLoopback = new AddressGuard({ deny: ['127.0.0.0/8', '::1'] });
    await assert.rejects(lookup(noLoopback, 'localhost'), {
      code: 'ERR_ADDRESS_REFUSED',
      message: /^localhost may not be called: .* is refused by provisioning\.http\.deny/,
    });
    await assert.rejects(lookup(guard, '169.254.169.254'), AddressRefused);
    await assert.rejects(lookup(guard, 'fe80::1%lo'), AddressRefused);
  });

  it('answers all who ask for a name at the same time', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => lookup(guard, 'localhost')));
    assert.deepEqual(answers[1], answers[0]);
    assert.deepEqual(answers[2], answers[0]);
  });

  it('names the rule that is no CIDR block', () => {
    for (const rule of ['10.0.0.0/33', 'fd00::/129', 'example.com', '10.0.0', '', '10.0.0.0/8/8'])
      assert.throws(
        () => new AddressGuard({ deny: ['10.0.0.0/8', rule] }),
        (error: Error) =>
          error instanceof InvalidInput && error.issues[0]?.field === 'provisioning.http.deny[1]',
      );
  });
});
