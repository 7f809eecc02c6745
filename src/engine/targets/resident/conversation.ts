import { once } from 'node:events';
import { within } from '../deadline.ts';
import { endGroup, endTree, type Program } from '../local/program.ts';
import type { Redaction } from '../redaction/redaction.ts';
import { Tail } from '../tail.ts';
import type { Call } from '../target.ts';
import { Garbage, readAnswer, type ScriptAnswer, shownLength } from './answer.ts';
import { Lines } from './lines.ts';
import { oneLine } from './one-line.ts';

/** So many calls in a row may remain unanswered before the script is taken to be stuck. */
const patience = 10;
/** How long its last words, or its end, are waited for, in ms. */
const lastWordsMs = 200;

/** The call was not answered in time; the script goes on. The message is what may be the matter, if there is a sign of it. */
export class Unanswered extends Error {}

/** The script is not there any more, and why. */
export class ScriptGone extends Error {
  /** Whether it has come to an end, and not a byte from it. */
  readonly wroteNothing: boolean;
  constructor(reason: string, wroteNothing = false) {
    super(reason);
    this.wroteNothing = wroteNothing;
  }
}

const flush = 'it must answer each line when it comes, and flush its standard output after each answer';

interface Question {
  readonly line: string;
  readonly resolve: (answer: ScriptAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One life of a resident script: calls go out a line each, answers come back in any order. A script that says
 * what is no answer, or nothing to 10 calls in a row, is ended; whoever waits then learns why.
 */
export class Conversation {
  /** Resolves when the script and its descendants are gone. Never rejects. */
  readonly over: Promise<void>;
  readonly #program: Program;
  readonly #redaction: Redaction;
  readonly #died: () => void;
  readonly #asked = new Map<string, Question>();
  /** Not written yet, because the script has not read what was. */
  readonly #unsent = new Map<string, Question>();
  readonly #lines = new Lines();
  readonly #stderr = new Tail();
  #lastNumber = 0;
  /** Answers that may come yet, too late. */
  #owed = 0;
  #unansweredInARow = 0;
  #hasAnswered = false;
  #hasWritten = false;
  #gone: ScriptGone | undefined;
  #ending: Promise<unknown> | undefined;

  /** @param died is told as soon as the script is as good as gone, before those who wait for an answer */
  constructor(program: Program, redaction: Redaction, died: () => void) {
    this.#program = program;
    this.#redaction = redaction;
    this.#died = died;
    const exit = once(program.nodeChildProcess, 'exit');
    program.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    program.stderr.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    program.stdin.on('drain', () => this.#send());
    for (const stream of [program.stdin, program.stdout]) stream.once('close', () => this.#hangUp(exit));
    this.over = this.#follow(exit);
  }

  get isUp(): boolean {
    const { exitCode, signalCode } = this.#program.nodeChildProcess;
    return this.#gone === undefined && exitCode === null && signalCode === null;
  }

  /** Why it is gone; undefined while it is up. */
  get reason(): string | undefined {
    return this.#gone?.message;
  }

  /**
   * Puts a call to the script, under an id of its own: the webhook id, a full stop and a number.
   * @param late aborts when the answer comes too late, and only while it is waited for
   * @throws Unanswered or ScriptGone
   */
  ask({ webhookId, attempt, body }: Call, late: AbortSignal): Promise<ScriptAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(this.#gone);
      if (late.aborted) return reject(new Unanswered());
      const id = `${webhookId}.${++this.#lastNumber}`;
      late.addEventListener('abort', () => this.#giveUp(id), { once: true });
      const line = `{"id":${JSON.stringify(id)},"attempt":${attempt},"payload":${oneLine(body)}}\n`;
      this.#unsent.set(id, { line, resolve, reject });
      this.#send();
    });
  }

  /** Ends the script; calls that wait for an answer learn the reason. Resolves when it is gone. */
  end(reason: string): Promise<void> {
    if (!this.#gone) {
      this.#tell(reason);
      this.#ending = endTree(this.#program);
    }
    return this.over;
  }

  #send(): void {
    const { stdin } = this.#program;
    for (const [id, question] of this.#unsent) {
      if (stdin.writableNeedDrain) return;
      this.#unsent.delete(id);
      this.#asked.set(id, question);
      stdin.write(question.line);
    }
  }

  #read(chunk: Buffer): void {
    this.#hasWritten = true;
    if (this.#gone) return;
    try {
      for (const line of this.#lines.of(chunk)) this.#hear(readAnswer(line, this.#redaction));
    } catch (error) {
      void this.end((error as Error).message);
    }
  }

  #hear(answer: ScriptAnswer): void {
    const question = this.#asked.get(answer.id);
    if (question) {
      this.#asked.delete(answer.id);
      question.resolve(answer);
    } else if (this.#owed > 0) {
      this.#owed--;
    } else {
      const id = this.#redaction.beginningOf(answer.id, shownLength);
      throw new Garbage(`it answered ${id}, which nobody waits for`);
    }
    this.#unansweredInARow = 0;
    this.#hasAnswered = true;
  }

  #giveUp(id: string): void {
    const question = this.#asked.get(id) ?? this.#unsent.get(id);
    if (this.#asked.delete(id)) this.#owed++;
    this.#unsent.delete(id);
    question?.reject(new Unanswered(this.#hint));
    if (++this.#unansweredInARow < patience) return;
    const reason = `it answered none of the last ${patience} calls`;
    void this.end(this.#hint ? `${reason}; ${this.#hint}` : reason);
  }

  /** Mostly it is the script's language that holds output back as long as nobody sees it. */
  get #hint(): string {
    if (this.#lines.holdsPart) return `it has written a line without its end; ${flush}`;
    return this.#hasAnswered ? '' : `it has answered nothing yet; ${flush}`;
  }

  #tell(reason: string, hasEnded = false): void {
    if (this.#gone) return;
    const said = this.#stderr.text(this.#redaction, this.#program.nodeChildProcess.exitCode === null);
    const wroteNothing = hasEnded && !this.#hasWritten && said === '';
    this.#gone = new ScriptGone(said ? `${reason}; it said: ${said}` : reason, wroteNothing);
    this.#died();
    for (const { reject } of [...this.#asked.values(), ...this.#unsent.values()]) reject(this.#gone);
    this.#asked.clear();
    this.#unsent.clear();
  }

  async #hangUp(exit: Promise<unknown>): Promise<void> {
    if (await within(lastWordsMs, exit)) return;
    void this.end('it closed its standard input or output, and went on');
  }

  async #follow(exit: Promise<unknown>): Promise<void> {
    await exit.catch(() => undefined);
    await within(lastWordsMs, this.#program);
    const { exitCode, signalCode } = this.#program.nodeChildProcess;
    const reason =
      exitCode === null ? `it was ended by ${signalCode}` : `it ended with exit code ${exitCode}`;
    this.#tell(reason, true);
    await (this.#ending ?? endGroup(this.#program));
  }
}
