import { is, safeParse, type GenericSchema, type InferOutput } from 'valibot';
import type { Clock } from '../ports/clock.ts';
import { type ErrorBody, meaningOf } from './error-answers.ts';
import { type Effect, HerokuApiError } from './heroku-api-error.ts';
import type { NetworkFault } from './network-fault.ts';
import { FailedTry, retryAfterMs } from './retry.ts';
import type { Quote } from './wire-text.ts';
import type { WireAnswer } from './wire.ts';

/** The request that an answer belongs to. */
export interface Asked {
  readonly method: string;
  /** Without host and query. */
  readonly path: string;
  /** Whether it changes something. */
  readonly changes: boolean;
  readonly requestId: string;
}

const UNEXPECTED = 'Heroku answered something that is not its API';
const CHECK_PATH = 'Check HEROKU_HOST, and whether something between here and Heroku answers in its place.';
const QUOTED = 100;
const TRUST = 'Give Node.js the authority that signed it in NODE_EXTRA_CA_CERTS, if you trust it.';

/** Makes errors of answers and faults, in words that hold no secret. */
export class Answers {
  readonly #quote: Quote;
  readonly #clock: Clock;

  constructor(quote: Quote, clock: Clock) {
    this.#quote = quote;
    this.#clock = clock;
  }

  /**
   * The answer's JSON, in the shape that was asked for; undefined where nothing came and nothing is a shape
   * that will do.
   * @throws FailedTry on an error status, a redirect, a page, truncated JSON or another shape.
   */
  read<S extends GenericSchema>(asked: Asked, answer: WireAnswer, schema: S): InferOutput<S> {
    if (answer.status >= 400) throw this.#errorStatus(asked, answer);
    if (answer.status >= 300) throw this.#redirect(asked, answer);
    const value = parseJson(answer.text);
    const empty = answer.text.trim() === '';
    if (value === undefined && !(empty && is(schema, undefined))) throw this.#notJson(asked, answer);
    const result = safeParse(schema, value);
    if (result.success) return result.output;
    // Of the issues only the places: the values can be config vars or URLs with signatures.
    const place = result.issues[0].path?.map(({ key }) => String(key)).join('.') ?? 'the answer';
    throw this.#unusable(
      asked,
      answer,
      `${UNEXPECTED}: ${this.#quote(place, QUOTED)} is not as documented.`,
      'final',
    );
  }

  /** The failure of a request that got no complete answer. */
  fault(asked: Asked, fault: NetworkFault, timeoutMs: number): FailedTry {
    const { brief, repeat, next } = describeFault(fault, timeoutMs);
    const error = new HerokuApiError(
      'failed',
      {
        what: `${brief}.`,
        why: `(${asked.method} ${asked.path}, request ${asked.requestId})`,
        next: next ?? 'See https://status.heroku.com, then run again.',
      },
      { ...asked, effect: fault.unsent ? 'none' : effectOf(asked) },
    );
    return new FailedTry(error, { brief, repeat });
  }

  /** The failure of a list whose pages lead back to one that was read already. */
  circle(asked: Asked, answer: WireAnswer): FailedTry {
    return this.#unusable(asked, answer, `${UNEXPECTED}: the pages of its list lead in a circle.`, 'final');
  }

  #errorStatus(asked: Asked, answer: WireAnswer): FailedTry {
    const { status, text } = answer;
    const body = parseErrorBody(text);
    // A router's or proxy's page says nothing about keys and apps, whatever its status. 429 and 5xx may
    // come as a page from Heroku itself.
    const foreign = body === undefined && text.trim() !== '' && status < 500 && status !== 429;
    const { verdict, parts } = foreign
      ? { verdict: 'failed' as const, parts: { what: `${UNEXPECTED} (${status}).`, next: CHECK_PATH } }
      : meaningOf(status, body ?? {}, `${asked.method} ${asked.path}`, asked.path);
    const afterMs = retryAfterMs(answer.header('retry-after'), answer.header('date'), this.#clock.now());
    const wait = afterMs === undefined ? '' : ` It asks to wait ${Math.ceil(afterMs / 1000)} s.`;
    const said = body?.message ?? text;
    const quoted = this.#quote(said, body === undefined ? QUOTED : undefined) || 'nothing';
    const error = this.#error(
      asked,
      answer,
      verdict,
      { ...parts, why: `It said: ${quoted}${wait}` },
      {
        id: body?.id === undefined ? undefined : this.#quote(body.id, QUOTED),
        // A status below 500 says that the request was looked at and turned down.
        effect: status >= 500 ? effectOf(asked) : 'none',
      },
    );
    const unclear = status >= 500 || status === 408 || foreign;
    const repeat = status === 429 ? 'harmless' : unclear ? 'unclear' : 'final';
    return new FailedTry(error, { brief: `Heroku answered ${status}`, repeat, afterMs });
  }

  #redirect(asked: Asked, answer: WireAnswer): FailedTry {
    const target = answer.header('location') ?? '';
    const host = URL.canParse(target) ? ` to ${this.#quote(new URL(target).host, QUOTED)}` : '';
    return this.#unusable(
      asked,
      answer,
      `Heroku answered with a redirect${host} (${answer.status}). A request with an API key never follows one.`,
      'final',
    );
  }

  #notJson(asked: Asked, answer: WireAnswer): FailedTry {
    // A page's beginning tells whose it is; in the beginning of JSON may stand config vars.
    const [page = ''] = answer.text.split(/[{["]/, 1);
    const other = answer.text.trim() === '' ? 'nothing at all' : 'JSON that breaks off';
    const what = this.#quote(page, QUOTED) || other;
    return this.#unusable(asked, answer, `${UNEXPECTED}: ${what}`, 'unclear');
  }

  #unusable(asked: Asked, answer: WireAnswer, what: string, repeat: 'unclear' | 'final'): FailedTry {
    const error = this.#error(
      asked,
      answer,
      'failed',
      { what, why: '', next: CHECK_PATH },
      { effect: effectOf(asked) },
    );
    return new FailedTry(error, { brief: UNEXPECTED, repeat });
  }

  #error(
    asked: Asked,
    answer: WireAnswer,
    verdict: ConstructorParameters<typeof HerokuApiError>[0],
    parts: { what: string; why: string; next?: string; parameter?: string },
    details: { id?: string | undefined; effect: Effect },
  ): HerokuApiError {
    const requestId =
      (answer.header('request-id') ?? '').replace(/[^\w,-]/g, '').slice(0, 80) || asked.requestId;
    const why = `${parts.why} (${asked.method} ${asked.path}, request ${requestId})`.trim();
    return new HerokuApiError(
      verdict,
      { ...parts, why },
      { ...asked, requestId, status: answer.status, ...details },
    );
  }
}

function effectOf(asked: Asked): Effect {
  return asked.changes ? 'unknown' : 'none';
}

function describeFault(
  fault: NetworkFault,
  timeoutMs: number,
): { brief: string; repeat: FailedTry['repeat']; next?: string } {
  const code = fault.code === undefined ? '' : ` (${fault.code})`;
  switch (fault.kind) {
    case 'unreachable':
      return { brief: `Heroku could not be reached${code}`, repeat: 'harmless' };
    case 'untrusted':
      return {
        brief: `The certificate of what answers as Heroku is not trusted${code}`,
        repeat: 'final',
        next: TRUST,
      };
    case 'timed-out':
      return { brief: `Heroku did not answer within ${Math.ceil(timeoutMs / 1000)} s`, repeat: 'unclear' };
    case 'too-large':
      return { brief: `${UNEXPECTED}: it is larger than any answer of it`, repeat: 'final' };
    case 'aborted':
      return { brief: 'The run was stopped before Heroku answered', repeat: 'final' };
    case 'broken':
      return { brief: `The connection to Heroku broke${code}`, repeat: 'unclear' };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Pages and truncated answers are told apart from JSON by this; the caller reports them.
    return undefined;
  }
}

/** Undefined where the body is not Heroku's JSON, such as a page of a router. */
function parseErrorBody(text: string): ErrorBody | undefined {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const string = (key: string): object => {
    const found = (value as Record<string, unknown>)[key];
    return typeof found === 'string' ? { [key]: found } : {};
  };
  return { ...string('id'), ...string('message'), ...string('resource') };
}
