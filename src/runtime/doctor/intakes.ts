import { BlockList, isIP } from 'node:net';
import type { Sign } from '../../engine/words/diagnosis.ts';
import type { Receiver } from '../intake/intake-paths.ts';
import { signOf } from './sign.ts';

/** Where Node-RED listens, and who is asked who they are there. */
export interface Listening {
  /** `uiHost`: an address or a name; empty: all addresses. */
  readonly host: string;
  /** Of this machine. */
  readonly addresses: readonly string[];
  /** `httpNodeAuth` of settings.js asks everybody. */
  readonly asksAll: boolean;
}

type Receiving = Pick<Receiver, 'label' | 'registry'> & {
  readonly guard: Pick<Receiver['guard'], 'open' | 'problem'>;
};

/** @param paths who receives there, the first of them before those that wait for its place */
export function checkIntakes(
  paths: readonly { readonly path: string; readonly receivers: readonly Receiving[] }[],
  listening: Listening,
  registryOf: (id: string) => Sign['registry'],
): Sign[] {
  return paths.flatMap(({ path, receivers: [first, ...others] }) => {
    if (!first) return [];
    const about = (one: Receiving, values: Sign['values'] = {}) => ({
      subject: path,
      registry: registryOf(one.registry),
      values: { name: one.label, ...values },
    });
    const taken = others.map((one) => signOf('error', 'intake', 'taken', about(one, { first: first.label })));
    const { problem, open } = first.guard;
    if (problem)
      return [signOf('error', 'intake', 'closed', about(first, { reason: problem.message })), ...taken];
    if (!open || listening.asksAll) return [signOf('ok', 'intake', 'guarded', about(first)), ...taken];
    const isPublic = publicOf(listening);
    const sign = signOf(
      isPublic ? 'warning' : 'notice',
      'intake',
      isPublic ? 'public' : 'open',
      about(first),
    );
    return [sign, ...taken];
  });
}

/** Addresses that are no way in from the internet by themselves. Source: RFC 1918, 6598, 6890, 4193, 4291. */
const inward = new BlockList();
for (const [address, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
] as const)
  inward.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  inward.addSubnet(address, bits, 'ipv6');

function publicOf({ host, addresses }: Listening): boolean {
  const isEverywhere = host === '' || host === '0.0.0.0' || host === '::';
  // A name of this machine may be any of its addresses.
  const heard = isIP(host) !== 0 && !isEverywhere ? [host] : host === 'localhost' ? [] : addresses;
  return heard.some((address) => !inward.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
}
