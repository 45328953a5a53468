import type { Settings } from '../../parameters/index.ts';
import type { Ports } from '../deployment/ports.ts';
import { recover } from '../recovery/command.ts';
import { Budget } from '../time/budget.ts';
import type { LineLog } from '../output/log.ts';
import { endOfError, keepActReport } from '../report/act.ts';
import type { Answer } from './command.ts';

/** `heroku-cd recover`: puts back what a cancelled or lost run left. */
export async function recoverCommand(
  ports: Ports,
  settings: Settings<'recover'>,
  log: LineLog,
): Promise<Answer> {
  const budget = new Budget(ports.clock, settings.deadline);
  const startedAt = ports.clock.now();
  const reporting = { command: 'recover', ports, settings, log } as const;
  try {
    const { told, ...recovered } = await recover({ ports, budget, settings });
    const reports = await keepActReport(reporting, { startedAt, ...recovered, ...told });
    return {
      exitCode: recovered.exitCode,
      json: { app: settings['app-name'], ...recovered },
      lines: [recovered.what, ...reports],
    };
  } catch (error) {
    await keepActReport(reporting, endOfError(startedAt, error, ports.signal));
    throw error;
  }
}
