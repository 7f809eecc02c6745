import { BlockList, isIP, type LookupFunction } from 'node:net';
import { InvalidInput } from '../../words/errors.ts';
import { embeddedAddresses } from './embedded-addresses.ts';
import { sharedLookup } from './shared-lookup.ts';

/** CIDR blocks or single addresses: `provisioning.http.allow` and `provisioning.http.deny` of settings.js. */
export interface AddressRules {
  /** When not empty, nothing else may be called. */
  readonly allow?: readonly string[];
  /** Wins over `allow`. */
  readonly deny?: readonly string[];
}

/** The address may not be called; nothing was sent. */
export class AddressRefused extends Error {
  readonly code = 'ERR_ADDRESS_REFUSED';
}

/**
 * Link-local, and where clouds keep their machines' credentials: as each one documents its instance metadata. That of
 * AWS, Azure, Google, IBM, Tencent, Huawei, DigitalOcean, Hetzner and OpenStack over IPv4, and the credentials of
 * AWS's containers, are link-local.
 */
const alwaysRefused = [
  '169.254.0.0/16', // RFC 3927
  'fe80::/10', // RFC 4291 §2.5.6
  '100.100.100.200', // Alibaba: ECS instance metadata
  '168.63.129.16', // Azure: "What is IP address 168.63.129.16?"
  '192.0.0.192', // Oracle Classic: instance metadata
  'fd00:ec2::/32', // AWS: IMDS at ::254, container credentials at ::23
  'fd20:ce::254', // Google: metadata.google.internal over IPv6
  'fd00:c1::a9fe:a9fe', // Oracle: instance metadata over IPv6
  'fd00:42::42', // Scaleway: metadata over IPv6
];

const unspecified = blockListOf('unspecified', ['0.0.0.0', '::']);

/**
 * Says which addresses HTTP handlers may be connected to, and is asked where the connection is made: after DNS,
 * for the address that is used, so a name that changes its address in between gains nothing.
 * Link-local and cloud metadata are always refused, in all their IPv6 disguises; private ranges and loopback are
 * allowed unless a rule says otherwise. With a proxy, it is the proxy's address that is connected to and checked;
 * what a name in the URL means to the proxy only the proxy knows, but an address in the URL is checked as well.
 */
export class AddressGuard {
  readonly #always = blockListOf('always refused', alwaysRefused);
  readonly #allow: BlockList | null;
  readonly #deny: BlockList;

  /** @throws InvalidInput naming the rule that is no CIDR block */
  constructor({ allow = [], deny = [] }: AddressRules = {}) {
    this.#allow = allow.length > 0 ? blockListOf('provisioning.http.allow', allow) : null;
    this.#deny = blockListOf('provisioning.http.deny', deny);
  }

  /** Why a host that is an IP address (`10.0.0.1`, `[::1]`) may not be called; null if it may, or is a name. */
  refusalOfHost(hostname: string): AddressRefused | null {
    const address = hostname.replace(/^\[(.*)\]$/, '$1');
    return isIP(address) === 0 ? null : this.#refusalOf(address);
  }

  /** `dns.lookup` without the refused addresses; an error when none is left. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    sharedLookup(hostname, options, (error, found) => {
      if (error) return callback(error, []);
      const permitted = found.filter(({ address }) => this.#refusalOf(address) === null);
      const [first] = permitted;
      if (first === undefined) return callback(this.#noneLeft(hostname, found[0]?.address ?? ''), []);
      if (options.all) callback(null, permitted);
      else callback(null, first.address, first.family);
    });
  };

  #noneLeft(hostname: string, address: string): AddressRefused {
    const reason = this.#refusalOf(address)?.message ?? 'it has no address';
    return new AddressRefused(`${hostname} may not be called: ${reason}`);
  }

  #refusalOf(address: string): AddressRefused | null {
    const [bare = ''] = address.split('%');
    const meant = [bare, ...embeddedAddresses(bare)];
    // The operating system takes the unspecified address for its own.
    const isUnspecified = meant.some((one) => contains(unspecified, one));
    const aliases = isUnspecified ? [...meant, '0.0.0.0', '::', '127.0.0.1', '::1'] : meant;
    if (aliases.some((alias) => contains(this.#always, alias))) {
      return new AddressRefused(
        `${bare} is a link-local or cloud metadata address, and those are always refused`,
      );
    }
    if (aliases.some((alias) => contains(this.#deny, alias))) {
      return new AddressRefused(`${bare} is refused by provisioning.http.deny in settings.js`);
    }
    if (this.#allow && !contains(this.#allow, bare)) {
      return new AddressRefused(`${bare} is not among provisioning.http.allow in settings.js`);
    }
    return null;
  }
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function blockListOf(setting: string, rules: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [index, rule] of rules.entries()) {
    try {
      addRule(list, rule);
    } catch {
      const field = `${setting}[${index}]`;
      throw new InvalidInput('settings.js', [
        { field, message: `"${rule}" must be an address or a CIDR block such as "10.0.0.0/8" or "fd00::/8"` },
      ]);
    }
  }
  return list;
}

function addRule(list: BlockList, rule: string): void {
  const [, address = '', digits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(rule.trim()) ?? [];
  const isV6 = isIP(address) === 6;
  list.addSubnet(address, Number(digits ?? (isV6 ? 128 : 32)), isV6 ? 'ipv6' : 'ipv4');
}
