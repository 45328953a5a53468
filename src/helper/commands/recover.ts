import type { Settings } from '../../parameters/index.ts';
import type { Ports } from '../deployment/ports.ts';
import { recover } from '../recovery/command.ts';
import { Budget } from '../time/budget.ts';
import type { Answer } from './command.ts';

/** `heroku-cd recover`: puts back what a cancelled or lost run left. */
export async function recoverCommand(ports: Ports, settings: Settings<'recover'>): Promise<Answer> {
  const budget = new Budget(ports.clock, settings.deadline);
  const recovered = await recover({ ports, budget, settings });
  return {
    exitCode: recovered.exitCode,
    json: { app: settings['app-name'], ...recovered },
    lines: [recovered.what],
  };
}
