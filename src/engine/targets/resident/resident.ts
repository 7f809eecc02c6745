import { setTimeout as delay } from 'node:timers/promises';
import type { LocalHandler } from '../../words/handler.ts';
import { failure, type Outcome, outage, success } from '../../words/outcome.ts';
import { Deadline } from '../deadline.ts';
import { closedWhenIdle } from '../in-flight.ts';
import { Command } from '../local/command.ts';
import { start } from '../local/program.ts';
import type { ScriptFolders } from '../local/script-folders.ts';
import type { Call, Target } from '../target.ts';
import { keptText } from '../text-capture.ts';
import type { ScriptAnswer } from './answer.ts';
import { BackOff } from './back-off.ts';
import { Conversation, ScriptGone, Unanswered } from './conversation.ts';

/**
 * Keeps a script running (`mode: resident`) and talks to it in lines of JSON (NDJSON):
 * `{"id","attempt","payload"}` goes to its standard input, `{"id","ok","response"}` or `{"id","ok","error"}` comes
 * from its standard output, in any order. What stands before the full stop of an id is the webhook id, the same on
 * every attempt; the id as a whole is given once.
 *
 * The script is started by the first call, and after a death by the next one, no sooner than 1 s (doubling to 60 s)
 * after it. Calls that it held when it died fail as outages. A call that it does not answer in time fails alone.
 */
export function residentTarget(
  handler: LocalHandler,
  { scripts }: { readonly scripts: ScriptFolders },
): Target {
  return closedWhenIdle(new ResidentTarget(handler, scripts));
}

class ResidentTarget implements Target {
  readonly description: string;
  readonly #handler: LocalHandler;
  readonly #command: Command;
  readonly #backOff = new BackOff();
  #conversation: Conversation | undefined;
  #starting: Promise<Conversation> | undefined;

  constructor(handler: LocalHandler, scripts: ScriptFolders) {
    this.#handler = handler;
    this.#command = new Command(handler, scripts);
    this.description = this.#command.description;
  }

  async call(call: Call): Promise<Outcome> {
    const late = new AbortController();
    const deadline = new Deadline(this.#handler.timeoutSeconds * 1000, () => late.abort());
    const outcome = await this.#attempt(call, late.signal).catch((error) => this.#failure(error));
    deadline.end();
    return outcome;
  }

  async close(): Promise<void> {
    // A start goes on though the call that it was made for is over.
    await this.#starting?.catch(() => undefined);
    await this.#conversation?.end('its handler was changed or removed');
  }

  async #attempt(call: Call, late: AbortSignal): Promise<Outcome> {
    const conversation = this.#conversation?.isUp ? this.#conversation : await this.#started(late);
    return this.#outcomeOf(await conversation.ask(call, late));
  }

  async #started(late: AbortSignal): Promise<Conversation> {
    const resting = this.#backOff.until - performance.now();
    if (resting > this.#handler.timeoutSeconds * 1000) throw this.#resting();
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return unless(late, this.#starting);
  }

  async #start(): Promise<Conversation> {
    await this.#conversation?.over;
    await delay(Math.max(0, this.#backOff.until - performance.now()));
    const { file, ...surroundings } = this.#command.start();
    const program = start(file, surroundings);
    if (program.pid === undefined) {
      this.#backOff.died(performance.now());
      throw (await program).cause;
    }
    const died = () => this.#backOff.died(performance.now());
    this.#conversation = new Conversation(program, this.#command.redaction, died);
    return this.#conversation;
  }

  #resting(): ScriptGone {
    const seconds = Math.ceil((this.#backOff.until - performance.now()) / 1000);
    const reason = this.#conversation?.reason ?? 'it did not start';
    return new ScriptGone(`it is started again in ${seconds} s; last time, ${reason}`);
  }

  #outcomeOf({ ok, response, error }: ScriptAnswer): Outcome {
    this.#backOff.succeeded();
    const kept = response === null ? null : this.#kept(response);
    if (ok) return success({ response: kept });
    return failure(error === null ? 'the script says that it failed' : this.#kept(error), { response: kept });
  }

  #failure(error: Error): Outcome {
    if (error instanceof Unanswered) {
      const late = `the script gave no answer within ${this.#handler.timeoutSeconds} s`;
      return outage(error.message ? `${late}; ${error.message}` : late);
    }
    if (error instanceof ScriptGone) {
      const given = error.wroteNothing ? `; ${this.#command.given('a line for each call')}` : '';
      const reason = this.#command.redaction.text(error.message);
      return outage(`the script gave no answer: ${reason}${given}`);
    }
    return this.#command.failure(error);
  }

  #kept(text: string): string {
    return keptText(text, this.#command.redaction);
  }
}

/** @throws Unanswered when it comes too late; it goes on then */
function unless<T>(late: AbortSignal, awaited: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    late.addEventListener('abort', () => reject(new Unanswered()), { once: true });
    awaited.then(resolve, reject);
  });
}
