import type {
  FaultEffect,
  FaultMatch,
  FaultRequest,
  RendezvousEffect,
  RendezvousMatch,
} from '../../../src/simulator/index.ts';
import { OP } from '../../support/scripted-memcached.ts';
import type { CacheFault } from './cache.ts';
import { patternOf, type Place } from './requests.ts';

/** One fault at one request. */
export interface PlacedFault {
  readonly kind: string;
  readonly faults: readonly FaultRequest[];
  /** Of the app's cache. */
  readonly cacheFaults?: readonly CacheFault[];
  /** It lasts to the end of the run, so that the run cannot read what became of the app. */
  readonly lasting?: true;
}

/**
 * Faults that are over by the next try. A run gets over them, because whatever it asked for can be asked for
 * again, or be looked up.
 */
const PASSING: readonly string[] = [
  '500',
  '503-html',
  '429',
  '429-retry-after',
  'reset',
  'stall',
  'truncated',
  'reset-after',
  '500-after',
  '503-html-after',
  'stall-after',
  'cut',
  'reset-after-pack',
  'hang-up',
];

/** Whether a run has to come to the same as without the fault. */
export function isPassing(place: Place, { kind }: PlacedFault): boolean {
  return place.surface !== 'rendezvous' && PASSING.includes(kind);
}

/** These are tried with `FAULTS=all` alone: they are kin to the others, and minutes of CI go by with them. */
export const MORE: readonly string[] = ['403-once', '500-after', '503-html-after', 'stall-after', 'cut'];

/** Heroku is not to be reached for longer than a single request is tried. */
export const OUTAGE = 'down-for-minutes';

/** So many requests are not answered: some calls' worth of tries, which take minutes. */
const REQUESTS = 22;

/** Every match of a fault has a number; this is more than any run has requests. */
const TO_THE_END = 1_000_000;

const ANY_ANSWER: Readonly<Record<string, FaultEffect>> = {
  '500': { kind: 'status', status: 500 },
  '503-html': { kind: 'status', status: 503, body: 'html' },
  '429': { kind: 'status', status: 429 },
  // Refused once, and no more: nothing to be tried again, and everything can still be read and put back.
  '403-once': { kind: 'status', status: 403 },
  '429-retry-after': { kind: 'status', status: 429, retryAfter: 7 },
  reset: { kind: 'reset' },
  stall: { kind: 'stall' },
};
const WHOLE_ANSWER: Readonly<Record<string, FaultEffect>> = { truncated: { kind: 'truncate' } };
/** What a change meets beside that: it has happened, and its answer says something else or nothing. */
const CHANGED: Readonly<Record<string, FaultEffect>> = {
  'reset-after': { kind: 'reset', when: 'after-effect' },
  '500-after': { kind: 'status', status: 500, when: 'after-effect' },
  '503-html-after': { kind: 'status', status: 503, body: 'html', when: 'after-effect' },
  'stall-after': { kind: 'stall', when: 'after-effect' },
  cut: { kind: 'cut', bytes: 10 },
};
/** The answer has no end as long as the app's log is followed. */
const ENDLESS: Readonly<Record<string, FaultEffect>> = { cut: { kind: 'cut', bytes: 40 } };
const PUSH: Readonly<Record<string, FaultEffect>> = {
  ...CHANGED,
  // The build goes on, and succeeds.
  'reset-after-pack': { kind: 'reset', when: 'after-pack' },
};

const RENDEZVOUS: Readonly<Record<string, RendezvousEffect>> = {
  refuse: { kind: 'refuse' },
  'wrong-certificate': { kind: 'wrong-certificate' },
  'no-greeting': { kind: 'no-greeting' },
  'no-greeting-but-starts': { kind: 'no-greeting', starts: true },
  'stall-before-greeting': { kind: 'no-greeting', then: 'stall' },
  'stall-before-greeting-but-starts': { kind: 'no-greeting', then: 'stall', starts: true },
  'greeting-with-output': { kind: 'greeting-with-output' },
  split: { kind: 'split', bytes: 7 },
  'stall-at-once': { kind: 'stall', bytes: 0 },
  'stall-in-output': { kind: 'stall', bytes: 12 },
  'close-at-once': { kind: 'cut', bytes: 0 },
  'close-in-output': { kind: 'cut', bytes: 12 },
  'reset-in-output': { kind: 'cut', bytes: 12, by: 'reset' },
  'reset-and-hang-up': { kind: 'cut', bytes: 12, by: 'reset', process: 'hang-up' },
  'reset-and-kill': { kind: 'cut', bytes: 12, by: 'reset', process: 'kill' },
};

/** Every fault that can befall a request. */
export function faultsAt(place: Place): readonly PlacedFault[] {
  const all = process.env['FAULTS'] === 'all';
  return everyFaultAt(place).filter(({ kind }) => all || !MORE.includes(kind));
}

function everyFaultAt(place: Place): readonly PlacedFault[] {
  if (place.surface === 'rendezvous') return rendezvousFaults(place.nth);
  if (place.surface === 'cache') return cacheFaults(place);
  const single = Object.entries(effectsAt(place)).map(([kind, effect]) => ({
    kind,
    faults: [{ match: matchOf(place), effect }],
  }));
  if (place.surface === 'stream') return single;
  const { surface, apiNth, dataNth } = place;
  return [
    ...single,
    permissionLost(place),
    ...(surface === 'api' ? [down(surface, apiNth)] : surface === 'data' ? [down(surface, dataNth)] : []),
  ];
}

/** The API is down for longer than anything is tried again, and then is back. */
function down(surface: 'api' | 'data', nth: number): PlacedFault {
  return {
    kind: OUTAGE,
    faults: [
      {
        match: { surface, nth, times: REQUESTS },
        effect: { kind: 'status', status: 503, body: 'html' },
      },
    ],
  };
}

function rendezvousFaults(nth: number): readonly PlacedFault[] {
  const place = (kind: string, match: RendezvousMatch, effect: RendezvousEffect): PlacedFault => ({
    kind,
    faults: [{ match, effect }],
  });
  return [
    ...Object.entries(RENDEZVOUS).map(([kind, effect]) =>
      place(kind, { surface: 'rendezvous', nth }, effect),
    ),
    place('refuse-always', { surface: 'rendezvous' }, { kind: 'refuse' }),
  ];
}

/** What a memcached server can do wrong; `reset`, `hang-up`: once. */
function cacheFaults({ method, nth }: Place): readonly PlacedFault[] {
  const operation = OP[method as keyof typeof OP];
  const acts: Readonly<Record<string, Omit<CacheFault, 'operation' | 'nth'>>> = {
    reset: { act: 'reset' },
    'hang-up': { act: 'close' },
    silence: { act: 'nothing' },
    garbage: { act: 'garbage' },
    flood: { act: 'flood' },
    'out-of-memory': { act: 0x82 },
    'gone-for-good': { act: 'reset', lasting: true },
    ...(operation === OP.flush || operation === OP.set ? { 'yes-and-no-deed': { act: 0 } } : {}),
    ...(operation === OP.flush ? { 'no-and-probe-gone': { act: 0x86, evicts: /probe/ } } : {}),
  };
  return Object.entries(acts).map(([kind, act]) => ({
    kind,
    faults: [],
    cacheFaults: [{ operation, nth, ...act }],
  }));
}

function effectsAt({ surface, method }: Place): Readonly<Record<string, FaultEffect>> {
  if (surface === 'stream') return { ...ANY_ANSWER, ...ENDLESS };
  if (surface === 'git' && method === 'POST') return { ...ANY_ANSWER, ...WHOLE_ANSWER, ...PUSH };
  return { ...ANY_ANSWER, ...WHOLE_ANSWER, ...(method === 'GET' ? {} : CHANGED) };
}

function matchOf({ surface, method, template, nth }: Place): FaultMatch {
  return {
    ...(surface === 'rendezvous' || surface === 'cache' ? {} : { surface }),
    method,
    path: patternOf(template),
    nth,
  };
}

/** From this request on the account may do nothing with the app any more. */
function permissionLost(place: Place): PlacedFault {
  const effect = { kind: 'permission-lost' } as const;
  const from = (surface: 'api' | 'data', nth: number): FaultRequest => ({
    match: { surface, nth: Math.max(1, nth + (place.surface === surface ? 0 : 1)), times: TO_THE_END },
    effect,
  });
  const later = [from('api', place.apiNth), from('data', place.dataNth)];
  if (place.surface === 'git') {
    return {
      kind: 'permission-lost',
      faults: [{ match: { ...matchOf(place), times: TO_THE_END }, effect }, ...later],
      lasting: true,
    };
  }
  const push: FaultRequest = { match: { surface: 'git', times: TO_THE_END }, effect };
  return { kind: 'permission-lost', faults: place.beforePush ? [push, ...later] : later, lasting: true };
}
