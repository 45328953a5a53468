import type { Settings } from '../../parameters/index.ts';
import { UnknownOutcome } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import { switchPage } from '../window/page.ts';
import type { Act, Done } from './act.ts';

/**
 * Switches the maintenance page where it is not as asked already. One request is all there is to it, so a
 * signal does not stop it half way.
 * @throws HerokuCdError where the page is as it was; UnknownOutcome where that cannot be read.
 */
export async function setPage(
  { ports, settings, budget }: Act<Pick<Settings<'maintenance on'>, 'app-name'>>,
  on: boolean,
): Promise<Done> {
  const { heroku, closingHeroku, clock } = ports;
  const app = settings['app-name'];
  const word = on ? 'on' : 'off';
  if ((await heroku.app(app)).maintenance === on) {
    return {
      what: `The maintenance page of ${app} is ${word} already; nothing was changed.`,
      maintenance: on,
      changed: false,
    };
  }
  ports.signal.throwIfAborted();
  try {
    await switchPage(closingHeroku, app, on, { clock, limit: budget.closing() });
  } catch (error) {
    // It may have been switched although no answer came.
    const now = await closingHeroku.app(app).catch((unread: unknown) => {
      throw new UnknownOutcome({
        what: `Whether the maintenance page of ${app} is ${word} could not be learned.`,
        why: `${messageOf(error)} ${messageOf(unread)}`,
        next: `heroku-cd maintenance ${word} --app-name ${app}`,
        cause: error,
      });
    });
    if (now.maintenance !== on) throw error;
  }
  return { what: `The maintenance page of ${app} is ${word}.`, maintenance: on, changed: true };
}
