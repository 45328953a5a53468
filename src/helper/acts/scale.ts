import type { Settings } from '../../parameters/index.ts';
import { Failure, HerokuCdError, partsOf, Refusal } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import type { Heroku, ProcessFormation, ScaleUpdate } from '../ports/heroku.ts';
import { parseFormation } from '../settings/formation-list.ts';
import { waitFor } from '../time/wait.ts';
import { hasOneOffNumber } from '../window/one-offs.ts';
import type { Act, Done } from './act.ts';

type Scaling = Act<Pick<Settings<'scale'>, 'app-name' | 'formation' | 'scale-timeout'>>;
type Wanted = Required<ScaleUpdate>;

/**
 * Sets process types to quantities and sizes, in one request, and waits until their dynos are as asked. When
 * they do not come to be, or a signal arrives, what was there before is put back.
 * @throws Refusal for a type or size that the app has not; whatever kept the dynos from being as asked;
 * HerokuCdError of verdict `held` where they could not be put back.
 */
export async function scale(run: Scaling): Promise<Done> {
  const { ports, settings } = run;
  const app = settings['app-name'];
  const updates = parseFormation(settings.formation);
  const live = await requireScalable(ports.heroku, app, updates);
  const found = live.filter(({ type }) => updates.some((one) => one.type === type)).map(asWanted);
  const wanted = updates.map((one) => ({ size: sizeOf(found, one.type), ...one }));
  const changes = wanted.filter((one) => !found.some((now) => same(one, now)));
  const told = { before: found, after: wanted };
  if (changes.length === 0) {
    return { what: `${describe(found)} on ${app} already; nothing was changed.`, changed: false, ...told };
  }
  ports.log.info(`Scaling ${app}: ${describe(found)} -> ${describe(wanted)}.`);
  try {
    await ports.heroku.scale(app, updates);
    await waitForDynos(run, wanted);
  } catch (error) {
    throw await putBack(run, found, wanted, error);
  }
  return { what: `${describe(wanted)} on ${app}, and the dynos are there.`, changed: true, ...told };
}

/** The formation, to which these can be set. @throws Refusal that names the types or sizes that there are not. */
export async function requireScalable(
  heroku: Heroku,
  app: string,
  updates: readonly ScaleUpdate[],
): Promise<readonly ProcessFormation[]> {
  const live = await heroku.formation(app);
  requireTypes(app, live, updates);
  await requireSizes(heroku, app, updates);
  return live;
}

function requireTypes(app: string, live: readonly ProcessFormation[], updates: readonly ScaleUpdate[]): void {
  const unknown = updates.map(({ type }) => type).filter((type) => !live.some((one) => one.type === type));
  if (unknown.length === 0) return;
  throw new Refusal({
    what: `formation: ${app} has no process type ${unknown.join(', ')}.`,
    why: `It has ${live.map(({ type }) => type).join(', ') || 'none'}, after the Procfile of what is deployed. Nothing was changed.`,
    next: 'Correct `formation`, or deploy the code that has it.',
    parameter: 'formation',
  });
}

async function requireSizes(heroku: Heroku, app: string, updates: readonly ScaleUpdate[]): Promise<void> {
  const sizes = updates.flatMap(({ size }) => (size === undefined ? [] : [size]));
  if (sizes.length === 0) return;
  const available = await heroku.dynoSizes(app);
  const unknown = sizes.filter((size) => !available.some((one) => equal(one, size)));
  if (unknown.length === 0) return;
  throw new Refusal({
    what: `formation: ${app} cannot have dynos of size ${unknown.join(', ')}.`,
    why: `It can have ${available.join(', ')}. Nothing was changed.`,
    next: 'Correct `formation`.',
    parameter: 'formation',
  });
}

async function waitForDynos({ ports, settings, budget }: Scaling, wanted: readonly Wanted[]): Promise<void> {
  const { heroku, clock, signal } = ports;
  const app = settings['app-name'];
  let seen = '';
  try {
    await waitFor(
      async () => {
        const [formation, dynos] = await Promise.all([heroku.formation(app), heroku.dynos(app)]);
        const ofTypes = dynos.filter(
          ({ type, name }) => wanted.some((one) => one.type === type) && !hasOneOffNumber(name),
        );
        seen = ofTypes.map(({ name, state, size }) => `${name} ${state} (${size})`).join(', ') || 'none';
        const ready = wanted.every((one) => {
          const own = ofTypes.filter(({ type }) => type === one.type);
          const up = own.filter(
            ({ state, size }) => (state === 'up' || state === 'idle') && equal(size, one.size),
          );
          return (
            formation.some((now) => same(one, now)) &&
            own.length === one.quantity &&
            up.length === one.quantity
          );
        });
        return ready ? true : undefined;
      },
      {
        clock,
        signal,
        limit: budget.limit({ ms: settings['scale-timeout'], parameter: 'scale-timeout' }),
        what: `the dynos of ${app} to be ${describe(wanted)}`,
        slowdown: () => heroku.slowdown ?? 1,
      },
    );
  } catch (error) {
    if (error instanceof Failure) ports.log.warn(`Dynos now: ${seen}.`);
    throw error;
  }
}

/**
 * Puts back what was there, type by type where it is still as we set it.
 * Gives the error that tells what it all came to.
 */
async function putBack(
  { ports, settings, budget }: Scaling,
  found: readonly Wanted[],
  wanted: readonly Wanted[],
  error: unknown,
): Promise<unknown> {
  const { closingHeroku: heroku, clock, log, signal } = ports;
  const app = settings['app-name'];
  try {
    const live = await heroku.formation(app);
    const ours = found.filter(({ type }) => {
      const now = live.find((one) => one.type === type);
      const asked = wanted.find((one) => one.type === type);
      return now !== undefined && asked !== undefined && same(now, asked);
    });
    const back = ours.filter((one) => !wanted.some((asked) => same(asked, one)));
    const theirs = live.filter(
      (now) =>
        found.some(({ type }) => type === now.type) && ![...found, ...wanted].some((one) => same(one, now)),
    );
    if (theirs.length > 0) log.warn(`Somebody scaled these since; they are left: ${describe(theirs)}.`);
    if (back.length === 0) return signal.aborted ? signal.reason : error;
    await heroku.scale(app, back);
    await waitFor(
      async () => {
        const now = await heroku.formation(app);
        return back.every((one) => now.some((row) => same(row, one))) ? true : undefined;
      },
      { clock, limit: budget.closing(), what: `${describe(back)} to be back` },
    );
    log.info(`Put back: ${describe(back)}.`);
  } catch (failure) {
    return new HerokuCdError('held', {
      what: `${messageOf(error)} What was there before could not be put back: ${messageOf(failure)}`,
      next: `heroku-cd scale --app-name ${app} ${describe(found)}`,
      cause: failure,
    });
  }
  if (signal.aborted) return signal.reason;
  // "Refused" says that nothing was changed; this was changed, and put back.
  return error instanceof HerokuCdError && error.verdict === 'refused' ? new Failure(partsOf(error)) : error;
}

function asWanted({ type, quantity, size }: ProcessFormation): Wanted {
  return { type, quantity, size };
}

function sizeOf(found: readonly Wanted[], type: string): string {
  return found.find((one) => one.type === type)?.size ?? '';
}

function same(a: Wanted, b: Wanted): boolean {
  return a.type === b.type && a.quantity === b.quantity && equal(a.size, b.size);
}

/** Heroku takes sizes in any case. */
function equal(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** As the parameter has it, so that it can be pasted. */
function describe(types: readonly Wanted[]): string {
  return types.map(({ type, quantity, size }) => `${type}=${quantity}:${size}`).join(' ');
}
