import type { IntakeInput } from './inputs.ts';
import { cut } from './wire.ts';

const start = 'POST /open HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n';
const chunked = `${start}transfer-encoding: chunked\r\n\r\n`;
const chunk = (text: string, size = text.length.toString(16)) => `${size}\r\n${text}\r\n`;

/**
 * Requests whose framing is flawed: whoever stands in front of Node-RED may see their end elsewhere.
 * @param event of a request that must not be accepted
 * @param fine of one that must
 */
export function framings(event: string, fine: string): readonly IntakeInput[] {
  const length = event.length;
  const inner = `POST /open HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${event}`;
  const refused: readonly (readonly [name: string, ...pieces: string[]])[] = [
    [
      'both lengths',
      `${start}content-length: ${length}\r\ntransfer-encoding: chunked\r\n\r\n${chunk(event)}0\r\n\r\n`,
    ],
    [
      'both lengths, another request within',
      `${start}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    ],
    ['two lengths', `${start}content-length: ${length}\r\ncontent-length: ${length + 5}\r\n\r\n${event}`],
    ['two lengths in a list', `${start}content-length: ${length}, ${length}\r\n\r\n${event}`],
    ['a negative length', `${start}content-length: -1\r\n\r\n${event}`],
    ['a length with a plus', `${start}content-length: +${length}\r\n\r\n${event}`],
    ['a hexadecimal length', `${start}content-length: 0x${length.toString(16)}\r\n\r\n${event}`],
    ['a length beyond 64 bits', `${start}content-length: ${'9'.repeat(30)}\r\n\r\n${event}`],
    ['an empty length', `${start}content-length: \r\n\r\n${event}`],
    ['a length before a blank and a colon', `${start}content-length : ${length}\r\n\r\n${event}`],
    ['a coding nobody knows', `${start}transfer-encoding: xchunked\r\n\r\n${chunk(event)}0\r\n\r\n`],
    ['chunked, but not last', `${start}transfer-encoding: chunked, identity\r\n\r\n${chunk(event)}0\r\n\r\n`],
    [
      'chunked twice',
      `${start}transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n${chunk(event)}0\r\n\r\n`,
    ],
    ['a chunk of no size', `${chunked}${chunk(event, '')}0\r\n\r\n`],
    ['a chunk of a negative size', `${chunked}${chunk(event, '-1')}0\r\n\r\n`],
    ['a chunk of size 0x…', `${chunked}${chunk(event, `0x${length.toString(16)}`)}0\r\n\r\n`],
    ['a chunk beyond 64 bits', `${chunked}${chunk(event, 'f'.repeat(17))}0\r\n\r\n`],
    ['a chunk longer than its size', `${chunked}${chunk(event, '5')}0\r\n\r\n`],
    ['chunks with bare line feeds', `${chunked}${length.toString(16)}\n${event}\n0\n\n`],
    [
      '16 MB of chunk extensions',
      `${chunked}${length.toString(16)};${'x'.repeat(100_000)}\r\n${event}\r\n0\r\n\r\n`,
    ],
    ['a header without a colon', `${start}nonsense\r\ncontent-length: ${length}\r\n\r\n${event}`],
    ['a folded header', `${start}x-a: 1\r\n 2\r\ncontent-length: ${length}\r\n\r\n${event}`],
    ['a NUL in a header', `${start}x-a: \0\r\ncontent-length: ${length}\r\n\r\n${event}`],
    ['a bare CR in a header', `${start}x-a: 1\rx-b: 2\r\ncontent-length: ${length}\r\n\r\n${event}`],
    ['a header of 64 KiB', `${start}x-a: ${'x'.repeat(65_536)}\r\ncontent-length: ${length}\r\n\r\n${event}`],
    ['headers without end', `${start}${'x-a: 1\r\n'.repeat(20_000)}`],
    [
      'no host',
      `POST /open HTTP/1.1\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${event}`,
    ],
    ['HTTP/3.0', `${start.replace('HTTP/1.1', 'HTTP/3.0')}content-length: ${length}\r\n\r\n${event}`],
    ['HTTP/2 without TLS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a method of bytes', `\xff\xfe /open HTTP/1.1\r\n\r\n`],
    [
      'a method in small letters',
      `${start.replace('POST', 'post')}content-length: ${length}\r\n\r\n${event}`,
    ],
    ['no method', ' /open HTTP/1.1\r\n\r\n'],
    ['a blank in the path', `${start.replace('/open', '/op en')}content-length: ${length}\r\n\r\n${event}`],
  ];
  const broken: readonly (readonly [name: string, ...pieces: string[]])[] = [
    ['a length that is too long', `${start}content-length: ${length + 1}\r\n\r\n${event}`],
    ['no body', `${start}content-length: ${length}\r\n\r\n`],
    ['no last chunk', `${chunked}${chunk(event)}`],
    ['half a last chunk', `${chunked}${chunk(event)}0\r\n`],
    ['half a chunk', `${chunked}${length.toString(16)}\r\n${event.slice(0, 10)}`],
    ['half a head', start.slice(0, 40)],
    ['nothing', ''],
    ['a head byte by byte', ...start.slice(0, 60)],
  ];
  return [
    ...refused.map(
      ([name, ...pieces]): IntakeInput => ({
        name: `framing: ${name}`,
        input: { pieces },
        expect: [400, 413, 431, 505, cut],
      }),
    ),
    ...broken.map(
      ([name, ...pieces]): IntakeInput => ({
        name: `broken off: ${name}`,
        input: { pieces, hangsUp: true },
        expect: [400, cut],
      }),
    ),
    {
      name: 'framing: a length that is too short',
      input: { pieces: [`${start}content-length: ${length - 2}\r\n\r\n${event}`] },
      expect: [400, cut],
    },
    {
      name: 'framing: byte by byte',
      input: { pieces: [...`${start}content-length: ${fine.length}\r\n\r\n${fine}`] },
      expect: [202],
    },
    {
      name: 'framing: chunks of one byte',
      input: { pieces: [chunked, ...[...fine].map((one) => chunk(one)), '0\r\n\r\n'] },
      expect: [202],
    },
    {
      name: 'framing: chunks with extensions and trailers',
      input: {
        pieces: [`${chunked}${fine.length.toString(16)};a="b"\r\n${fine}\r\n0\r\nauthorization: x\r\n\r\n`],
      },
      expect: [202],
    },
  ];
}
