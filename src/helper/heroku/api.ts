import { array, type GenericSchema, type InferOutput } from 'valibot';
import type { Secret } from '../output/secret.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { Answers, type Asked } from './answers.ts';
import { Cutoff } from './cutoff.ts';
import { NetworkFault } from './network-fault.ts';
import { RateLimit } from './rate-limit.ts';
import { FailedTry, type Repeat, type RetryOptions, withRetries } from './retry.ts';
import { createQuote } from './wire-text.ts';
import { Wire, type WireAnswer } from './wire.ts';

export interface ApiOptions {
  readonly baseUrl: string;
  readonly apiKey: Secret;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
  readonly requestTimeoutMs: number;
  readonly retryBudgetMs: number;
  random(): number;
}

/** One call of the Platform API. */
export interface Call<S extends GenericSchema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly answer: S;
  readonly body?: unknown;
  readonly range?: string;
  /** Suffix of the version in the Accept header, such as `sdk`, for fields that only it brings. */
  readonly variant?: string;
  /** Fields that Heroku leaves out unless they are named (Heroku CLI: `Accept-Inclusion`). */
  readonly inclusion?: string;
  /** Absent: a GET is always repeated, anything else only when nothing happened. */
  readonly repeat?: Repeat;
}

/** How long a request that changes something may go on after the run was told to stop. */
const CHANGE_GRACE_MS = 5_000;

/** Speaks the Platform API's wire: headers, retries, shapes, pages. */
export class Api {
  readonly options: ApiOptions;
  readonly wire: Wire;
  readonly rateLimit: RateLimit;
  /** Paths of PATCH requests that ended without a clear answer, each with when; milliseconds since the epoch. */
  readonly unanswered: Map<string, number>;
  readonly #answers: Answers;

  /** `shared`: another Api whose connections, counts and rate limit this one goes on using. */
  constructor(options: ApiOptions, shared?: Api) {
    this.options = options;
    this.wire = shared?.wire ?? new Wire();
    this.unanswered = shared?.unanswered ?? new Map<string, number>();
    this.rateLimit = shared?.rateLimit ?? new RateLimit(options.log);
    this.#answers = new Answers(createQuote(options.apiKey), options.clock);
  }

  /** When the latest of them ended; undefined where there is none. */
  get unansweredAt(): number | undefined {
    return this.unanswered.size === 0 ? undefined : Math.max(...this.unanswered.values());
  }

  get retries(): RetryOptions {
    const { clock, log, signal, retryBudgetMs } = this.options;
    return { clock, log, signal, budgetMs: retryBudgetMs, random: () => this.options.random() };
  }

  /**
   * Makes a call and gives its answer's body.
   * @throws HerokuApiError; the signal's reason, except that a change under way is waited for a little.
   */
  async call<S extends GenericSchema>(call: Call<S>): Promise<InferOutput<S>> {
    return (await this.#exchange(call)).value;
  }

  /**
   * The pages of a list, following `Next-Range` (Dev Center: Platform API Reference, ranges).
   * @throws HerokuApiError, also when the server leads in a circle.
   */
  async *pages<S extends GenericSchema>(
    path: string,
    item: S,
    options: Pick<Call<S>, 'range' | 'inclusion'> = {},
  ): AsyncGenerator<InferOutput<S>[]> {
    const seen = new Set<string>();
    let range = options.range;
    for (;;) {
      const call = {
        method: 'GET',
        path,
        answer: array(item),
        ...(options.inclusion === undefined ? {} : { inclusion: options.inclusion }),
        ...(range === undefined ? {} : { range }),
      } as const;
      const page = await this.#exchange(call);
      yield page.value;
      range = page.answer.status === 206 ? page.answer.header('next-range') : undefined;
      if (range === undefined) return;
      if (seen.has(range)) throw this.#answers.circle(page.asked, page.answer).error;
      seen.add(range);
    }
  }

  /** All rows of a list, in the server's order. */
  async list<S extends GenericSchema>(
    path: string,
    item: S,
    options: Pick<Call<S>, 'inclusion'> = {},
  ): Promise<InferOutput<S>[]> {
    const rows: InferOutput<S>[] = [];
    for await (const page of this.pages(path, item, options)) rows.push(...page);
    return rows;
  }

  #exchange<S extends GenericSchema>(
    call: Call<S>,
  ): Promise<{ value: InferOutput<S>; answer: WireAnswer; asked: Asked }> {
    const repeat = call.repeat ?? (call.method === 'GET' ? 'always' : 'if-nothing-happened');
    return withRetries(
      () => {
        const answer = this.#try(call, repeat);
        return call.method === 'PATCH' ? this.#remember(call.path, answer) : answer;
      },
      repeat,
      this.retries,
    );
  }

  /** Remembers a change for as long as nothing tells whether it was made. */
  async #remember<T>(path: string, answer: Promise<T>): Promise<T> {
    try {
      const answered = await answer;
      this.unanswered.delete(path);
      return answered;
    } catch (error) {
      if (error instanceof FailedTry && error.error.effect === 'unknown') {
        this.unanswered.set(path, this.options.clock.now());
      }
      throw error;
    }
  }

  async #try<S extends GenericSchema>(
    call: Call<S>,
    repeat: Repeat,
  ): Promise<{ value: InferOutput<S>; answer: WireAnswer; asked: Asked }> {
    const { signal, requestTimeoutMs } = this.options;
    signal?.throwIfAborted();
    const requestId = createRequestId();
    const asked: Asked = { method: call.method, path: call.path, changes: call.method !== 'GET', requestId };
    const creates = repeat === 'if-nothing-happened';
    // Cut off, Heroku may carry it out all the same, and later than the undoing looks for it.
    const patches = call.method === 'PATCH' ? Math.min(CHANGE_GRACE_MS, requestTimeoutMs / 12) : 0;
    const graceMs = creates ? CHANGE_GRACE_MS : patches;
    const cutoff = new Cutoff({ ms: requestTimeoutMs, signals: [signal], graceMs });
    let answer: WireAnswer;
    try {
      answer = await this.wire.exchange(
        {
          method: call.method,
          url: new URL(`${this.options.baseUrl}${call.path}`),
          headers: this.#headers(call, requestId),
          ownConnection: creates,
          ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        },
        cutoff,
      );
    } catch (error) {
      if (!(error instanceof NetworkFault)) throw error;
      if (!asked.changes) signal?.throwIfAborted();
      throw this.#answers.fault(asked, error, requestTimeoutMs);
    }
    this.rateLimit.note(answer.header('ratelimit-remaining'));
    return { value: this.#answers.read(asked, answer, call.answer), answer, asked };
  }

  #headers(call: Call<GenericSchema>, requestId: string): Record<string, string> {
    const variant = call.variant === undefined ? '' : `.${call.variant}`;
    return {
      Accept: `application/vnd.heroku+json; version=3${variant}`,
      Authorization: `Bearer ${this.options.apiKey.reveal()}`,
      'User-Agent': this.options.userAgent,
      'Request-Id': requestId,
      ...(call.range === undefined ? {} : { Range: call.range }),
      ...(call.inclusion === undefined ? {} : { 'Accept-Inclusion': call.inclusion }),
      ...(call.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    };
  }
}

/** A UUID, as Heroku's own programs have it. Nobody gains by guessing one, and Node's own loads all of its cryptography. */
function createRequestId(): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () =>
    Math.trunc(Math.random() * 16).toString(16),
  );
}
