import { nothing, type TemplateResult } from 'lit';
import type { ExecutionDetails } from '../../engine/words/admin-answers.ts';
import { curlOf } from '../../engine/words/curl.ts';
import type { AttemptRow } from '../../engine/words/execution.ts';
import type { App } from '../app.ts';
import { mayBeCut, sentRequestOf } from '../data/sent-request.ts';
import { copy } from './notices.ts';
import { wordButton } from './parts.ts';

/** Copies what an attempt sent as a line for a shell; none where nobody knows what that was. */
export function curlButton(
  app: App,
  details: ExecutionDetails,
  attempt: AttemptRow | undefined,
  label: string,
): TemplateResult | typeof nothing {
  const sent = attempt && sentRequestOf(details, attempt);
  if (!sent) return nothing;
  const told = app.text(mayBeCut(attempt.sentBody) ? 'attempt.copiedInPart' : 'copied');
  return wordButton({ icon: 'fa-terminal', label, act: () => copy(app, curlOf(sent), told) });
}
