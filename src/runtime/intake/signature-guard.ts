import type { IncomingHttpHeaders } from 'node:http';
import { type SignatureHeaders, verify } from '../../engine/targets/signature.ts';
import { type Guard, keyRemedy, keyShape, unauthorized } from './guard.ts';

/** How far a signature's time may lie from now. Source: Standard Webhooks, which proposes five minutes. */
const toleranceSeconds = 300;

/** What the names of the headers begin with: that of Standard Webhooks, and that of the service it comes from. */
const families = ['webhook', 'svix'] as const;
const parts = ['id', 'timestamp', 'signature'] as const;

/** Of senders that sign what they send. What the head tells is judged before the body is read. */
export function signatureGuard(secrets: readonly string[]): Guard {
  return {
    open: false,
    keyHeaders: families.map((family) => `${family}-id`),
    admit(headers) {
      const { family, id, timestamp, signature } = signedBy(headers);
      for (const [part, value] of Object.entries({ id, timestamp, signature })) {
        if (!value) throw unauthorized(`this intake needs a signed request: ${family}-${part} is missing`);
      }
      const fault = faultOfId(id) ?? faultOfTime(timestamp) ?? faultOfForm(signature);
      if (fault !== undefined) throw unauthorized(`${family}-${fault}`);
    },
    verify(headers, body) {
      // Its time was judged before the body was read, which may take a while.
      const options = { secrets, toleranceSeconds: Number.POSITIVE_INFINITY, now: Date.now() };
      const { family, ...signed } = signedBy(headers);
      if (!verify(signed, body, options)) {
        throw unauthorized(
          `${family}-signature is wrong: it is none of <${family}-id>.<${family}-timestamp>.<body> by this intake's secret; sign the very bytes that are sent, with the secret as it was given`,
        );
      }
    },
  };
}

/** The headers of one family: what is signed must not be put together from two. */
function signedBy(headers: IncomingHttpHeaders): SignatureHeaders & { readonly family: string } {
  const has = (family: string) => parts.some((part) => headers[`${family}-${part}`] !== undefined);
  const family = families.find(has) ?? families[0];
  const [id, timestamp, signature] = parts.map((part) => textOf(headers[`${family}-${part}`]));
  return { family, id, timestamp, signature };
}

function faultOfId(id = ''): string | undefined {
  return keyShape.test(id) ? undefined : `id is wrong: it ${keyRemedy}`;
}

function faultOfTime(timestamp = ''): string | undefined {
  const now = Date.now() / 1000;
  const isFar = (seconds: number) => Math.abs(now - seconds) > toleranceSeconds;
  if (!/^\d{1,15}$/.test(timestamp)) return 'timestamp is wrong: it must be whole seconds since 1970';
  const seconds = Number(timestamp);
  if (!isFar(seconds)) return undefined;
  if (!isFar(seconds / 1000)) return 'timestamp is wrong: it is in milliseconds, and must be in seconds';
  const away = Math.round(Math.abs(now - seconds));
  return `timestamp is wrong: it is ${away} s ${seconds < now ? 'behind' : 'ahead of'} the clock here, and may be ${toleranceSeconds} s off at most; set the clocks right, and sign each attempt anew`;
}

function faultOfForm(signature = ''): string | undefined {
  if (/(?:^| )v1,[A-Za-z0-9+/]{43}=?(?: |$)/.test(signature)) return undefined;
  return 'signature is wrong: it must hold v1, and the base64 of an HMAC-SHA256';
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(' ') : header;
}
