import { isIPv6 } from 'node:net';

/** 16 bits each. */
type Groups = readonly number[];

/** A form of IPv6 address that carries IPv4 addresses, which whoever routes it may send to. */
type Form = (groups: Groups) => readonly string[];

const forms: readonly Form[] = [
  // IPv4-compatible (RFC 4291 §2.5.5.1) and IPv4-mapped (§2.5.5.2)
  (groups) => (beginsWith(groups, [0, 0, 0, 0, 0, 0]) ? [last(groups)] : []),
  (groups) => (beginsWith(groups, [0, 0, 0, 0, 0, 0xffff]) ? [last(groups)] : []),
  // IPv4-translated (RFC 2765 §2.1)
  (groups) => (beginsWith(groups, [0, 0, 0, 0, 0xffff, 0]) ? [last(groups)] : []),
  // NAT64, well-known prefix (RFC 6052 §2.1)
  (groups) => (beginsWith(groups, [0x64, 0xff9b, 0, 0, 0, 0]) ? [last(groups)] : []),
  // NAT64, local prefix (RFC 8215): the operator chooses how long it is
  (groups) => (beginsWith(groups, [0x64, 0xff9b, 1]) ? behindPrefix(groups) : []),
  // 6to4 (RFC 3056 §2)
  (groups) => (beginsWith(groups, [0x2002]) ? [dotted(groups[1], groups[2])] : []),
  // Teredo (RFC 4380 §4): the server, and the client with its bits flipped
  (groups) =>
    beginsWith(groups, [0x2001, 0])
      ? [dotted(groups[2], groups[3]), dotted(~(groups[6] ?? 0), ~(groups[7] ?? 0))]
      : [],
  // ISATAP (RFC 5214 §6.1), of a private or a global IPv4 address, under any prefix
  (groups) => (((groups[4] ?? 0) & ~0x0200) === 0 && groups[5] === 0x5efe ? [last(groups)] : []),
];

/** The IPv4 addresses that an IPv6 address may lead to; none of an IPv4 address. */
export function embeddedAddresses(address: string): readonly string[] {
  if (!isIPv6(address)) return [];
  const groups = groupsOf(address);
  return forms.flatMap((form) => form(groups));
}

/** For prefixes of 96, 64, 56 and 48 bits (RFC 6052 §2.2, where bits 64 to 71 are always left out). */
function behindPrefix(groups: Groups): readonly string[] {
  const bytes = groups.flatMap((group) => [group >> 8, group & 0xff]);
  const withoutGap = bytes.toSpliced(8, 1);
  const shorter = [8, 7, 6].map((from) => withoutGap.slice(from, from + 4).join('.'));
  // What is left of the zeros of another form.
  return [last(groups), ...shorter.filter((one) => !one.startsWith('0.'))];
}

/** The URL parser writes every spelling in one way: hexadecimal, with one `::` at most. */
function groupsOf(address: string): Groups {
  const { hostname } = new URL(`http://[${address}]`);
  const [head = [], tail = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))));
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function beginsWith(groups: Groups, prefix: Groups): boolean {
  return prefix.every((group, index) => groups[index] === group);
}

function last(groups: Groups): string {
  return dotted(groups[6], groups[7]);
}

function dotted(high = 0, low = 0): string {
  return [high >> 8, high, low >> 8, low].map((byte) => byte & 0xff).join('.');
}
