/** What every rival carries: an envelope like those of a billing system. It stands in flow functions as source. */
export function envelopeOf(eventType: string, objectId: number) {
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
    },
  };
}
