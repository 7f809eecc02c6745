import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { AddressGuard, AddressRefused } from '../../../../src/engine/targets/http/address-guard.ts';
import { InvalidInput } from '../../../../src/engine/words/errors.ts';

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
    '[64:ff9b:1:a9fe:a9:fe00::]', // NAT64, local prefix of 48 bits
    '[64:ff9b:1:aaa9:fe:a9fe::]', // of 56 bits
    '[64:ff9b:1:aaaa:a9:fea9:fe00:0]', // of 64 bits
    '[64:ff9b:1:aaaa::169.254.169.254]', // of 96 bits
    '[64:ff9b:1:a9fe:a9:fe00:0:1]', // with a suffix that translators do not look at
    '[2001:0:a9fe:a9fe::]', // Teredo, server
    '[2001:0:808:808:0:0:5601:5601]', // Teredo, client
    '[2001:db8::5efe:169.254.169.254]', // ISATAP
    '[2001:db8::200:5efe:169.254.169.254]', // ISATAP, of a global address
    '[fd12:3456::5efe:a83f:8110]', // ISATAP, Azure
    '[2002:6464:64c8::]', // 6to4, Alibaba
    '[::ffff:0:168.63.129.16]',
    '[::192.0.0.192]',
    '[fd00:ec2::23]', // AWS, credentials of containers
    '[fd00:c1::a9fe:a9fe]',
    '[fd00:42::42]',
    '[FE80:0:0:0:0:0:0:1]',
    '[0:0:0:0:0:FFFF:169.254.169.254]',
    '169.254.169.254.', // as a name that is complete
    '169。254。169。254', // full stops of another script
    '１６９.254.169.254', // full-width digits
    '0xa9.254.0251.0xfe',
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
    '[64:ff9b::8.8.8.8]',
    '[64:ff9b:1::8.8.8.8]',
    '[2002:808:808::1]',
    '[2001:0:808:808:0:0:f7f7:f7f7]',
    '[2001:db8::5efe:8.8.8.8]',
    '[2001:db8::5eff:169.254.169.254]', // no ISATAP
    '[2001:1::a9fe:a9fe]', // no Teredo
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

  it('refuses what carries a denied address, and nothing besides', () => {
    const strict = new AddressGuard({ deny: ['10.0.0.0/8', '0.0.0.0/8', '127.0.0.0/8', '::1'] });
    for (const host of [
      '[2001:0:808:808:0:0:f5ff:fffe]', // Teredo of 10.0.0.1
      '[2001:0:a00:1:0:0:f7f7:f7f7]',
      '[2001:db8::5efe:10.0.0.1]',
      '[64:ff9b:1:a00:0:100::]', // 10.0.0.1 behind 48 bits
      '[2002:7f00:1::]',
    ])
      assert.match(refusal(strict, host)?.message ?? 'allowed', /provisioning\.http\.deny/, host);
    for (const host of ['[64:ff9b:1::8.8.8.8]', '[64:ff9b::8.8.8.8]', '[2001:db8::5efe:8.8.8.8]'])
      assert.equal(refusal(strict, host), null, host);
  });

  it('does not let an allowed prefix carry a refused address', () => {
    const allowing = new AddressGuard({ allow: ['2001::/16', '64:ff9b::/32'] });
    for (const host of ['[2001:db8::5efe:169.254.169.254]', '[64:ff9b:1:a9fe:a9:fe00::]'])
      assert.match(refusal(allowing, host)?.message ?? 'allowed', /link-local or cloud metadata/, host);
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
    for (const scoped of ['fe80::1%lo', 'fe80::1%25eth0', 'fe80::a9fe:a9fe%1'])
      await assert.rejects(lookup(guard, scoped), Error, scoped);
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
