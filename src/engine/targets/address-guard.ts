import { BlockList, isIP, type LookupFunction } from 'node:net';
import { InvalidInput } from '../errors.ts';
import { sharedLookup } from './http/shared-lookup.ts';

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

/** Link-local, and where clouds keep their machines' credentials. */
const alwaysRefused = [
  '169.254.0.0/16',
  'fe80::/10',
  '100.100.100.200', // Alibaba
  '168.63.129.16', // Azure
  '192.0.0.192', // Oracle
  'fd00:ec2::/32', // Amazon
  'fd20:ce::254', // Google
  'fd00:c1::a9fe:a9fe', // Oracle
  'fd00:42::42', // Scaleway
];

/** Forms of IPv6 that hold an IPv4 address in their last 32 bits: mapped, compatible, translated, NAT64 twice. */
const embeddingPrefixes = ['::ffff:', '::', '::ffff:0:', '64:ff9b::', '64:ff9b:1::'];

const unspecified = blockListOf('unspecified', ['0.0.0.0', '::'], true);

/**
 * Says which addresses HTTP handlers may be connected to, and is asked where the connection is made: after DNS,
 * for the address that is used, so a name that changes its address in between gains nothing.
 * Link-local and cloud metadata are always refused, in all their IPv6 disguises; private ranges and loopback are
 * allowed unless a rule says otherwise. With a proxy, it is the proxy's address that is connected to and checked;
 * what a name in the URL means to the proxy only the proxy knows, but an address in the URL is checked as well.
 */
export class AddressGuard {
  readonly #always = blockListOf('always refused', alwaysRefused, true);
  readonly #allow: BlockList | null;
  readonly #deny: BlockList;

  /** @throws InvalidInput naming the rule that is no CIDR block */
  constructor({ allow = [], deny = [] }: AddressRules = {}) {
    this.#allow = allow.length > 0 ? blockListOf('provisioning.http.allow', allow, false) : null;
    this.#deny = blockListOf('provisioning.http.deny', deny, true);
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
    // The operating system takes the unspecified address for its own.
    const aliases = contains(unspecified, bare) ? [bare, '0.0.0.0', '::', '127.0.0.1', '::1'] : [bare];
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

function blockListOf(setting: string, rules: readonly string[], embedded: boolean): BlockList {
  const list = new BlockList();
  for (const [index, rule] of rules.entries()) {
    try {
      addRule(list, rule, embedded);
    } catch {
      const field = `${setting}[${index}]`;
      throw new InvalidInput('settings.js', [
        { field, message: `"${rule}" must be an address or a CIDR block such as "10.0.0.0/8" or "fd00::/8"` },
      ]);
    }
  }
  return list;
}

function addRule(list: BlockList, rule: string, embedded: boolean): void {
  const [, address = '', digits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(rule.trim()) ?? [];
  const family = isIP(address);
  if (family === 6) {
    list.addSubnet(address, Number(digits ?? 128), 'ipv6');
    return;
  }
  const length = Number(digits ?? 32);
  list.addSubnet(address, length, 'ipv4');
  if (!embedded) return;
  for (const prefix of embeddingPrefixes) list.addSubnet(prefix + address, 96 + length, 'ipv6');
  list.addSubnet(sixToFour(address), 16 + length, 'ipv6');
}

/** `169.254.1.2` → `2002:a9fe:102::` (RFC 3056). */
function sixToFour(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `2002:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}::`;
}
