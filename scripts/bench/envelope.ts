/** What every rival carries: an envelope like those of a billing system. It stands in flow functions as source. */
export function envelopeOf(eventType: string, objectId: number, calls?: readonly object[]) {
  return {
    event: { dt: '2026-01-31T12:00:00+00:00', events_id: eventType, object_id: objectId },
    data: {
      id: objectId,
      name: 'Anna Petrova',
      email: 'anna.petrova@mail.example',
      phone: '+380441234567',
      account_no: 'ACC-2026-000123',
      balance: 12.5,
      currency: 'EUR',
      companies_id: 7,
      status: 'active',
      ip: '10.0.12.7',
      ...(calls && { calls }),
    },
  };
}

/**
 * Calls of a client, by which an envelope has about so many bytes; none if it has them without. No two are alike, since
 * words that come again would cost the text index nothing. It stands in flow functions as source, too.
 */
export function callsOf(bytes: number): readonly object[] | undefined {
  const call = (n: number) => ({
    at: 1769860800 + 61 * n,
    to: `+3804${String((n * 48_271) % 100_000_000).padStart(8, '0')}`,
    route: `gw-${n % 97}.carrier-${n % 13}.example`,
    seconds: (n * 37) % 3600,
    cost: ((n * 37) % 3600) / 1000,
  });
  const [alone, each] = [315, 102];
  const count = Math.round((bytes - alone) / each);
  return count < 1 ? undefined : Array.from({ length: count }, (_, n) => call(n));
}
