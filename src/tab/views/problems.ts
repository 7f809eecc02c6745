import type { App } from '../app.ts';
import { ApiError } from '../data/api.ts';
import { notify } from './notices.ts';

/** Does something, and tells when the API refuses. */
export async function telling(app: App, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    notify(app, problemOf(app, error), 'error');
  }
}

export function problemOf({ text }: App, error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  if (error.lostConnection) return text('problem.lost');
  if (error.forbidden) return text('problem.forbidden');
  return error.message;
}
