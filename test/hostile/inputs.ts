import type { Behaviour } from '../support/misbehaving-server.ts';
import type { HostileInput } from './border.ts';
import type { PlainRequest, Wired } from './wire.ts';

/** What reaches the intake, as it goes over the wire; one status of those expected must come. */
export type IntakeInput = HostileInput<Wired, readonly number[]>;

export type Who = 'admin' | 'reader' | 'writer' | null;

/** What is asked of the admin API, and by whom. */
export interface AdminAsk extends PlainRequest {
  readonly who: Who;
}

export type AdminInput = HostileInput<AdminAsk, readonly number[]>;

/** What answers: a receiver's behaviour, a script's source after `KEY`, its secret, or a function node's code. */
export type Answerer =
  | { readonly kind: 'http'; readonly behaviour: Behaviour }
  | { readonly kind: 'once' | 'resident' | 'flow'; readonly code: string };

export type AnswerInput = HostileInput<Answerer, 'succeeded' | 'failed' | 'settled'>;
