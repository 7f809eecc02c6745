import type { ClientConfig } from 'pg';

/** A PostgreSQL server and who connects to it, as its client library takes it. */
export type Server = Pick<
  ClientConfig,
  'connectionString' | 'host' | 'port' | 'database' | 'user' | 'password' | 'ssl'
>;
