import type { Settings } from '../../parameters/index.ts';
import { doctor, type DoctorPorts } from '../doctor/doctor.ts';
import { table } from '../doctor/table.ts';
import { EXIT } from '../exit-codes.ts';
import type { Answer } from './command.ts';

/** `heroku-cd doctor`: one table of findings and remedies. */
export async function doctorCommand(ports: DoctorPorts, settings: Settings<'doctor'>): Promise<Answer> {
  const app = settings['app-name'];
  const findings = await doctor(ports, settings);
  const problems = findings.filter((finding) => finding.level === 'problem').length;
  const notes = findings.filter((finding) => finding.level === 'note').length;
  const verdict =
    problems === 0
      ? `Nothing stands in the way of deploying to ${app}.`
      : `${problems} ${problems === 1 ? 'problem' : 'problems'} to mend before ${app} can be deployed.`;
  const noted = notes === 0 ? '' : ` ${notes} ${notes === 1 ? 'note' : 'notes'}.`;
  return {
    exitCode: problems > 0 ? EXIT.refused : EXIT.succeeded,
    json: { app, problems, notes, findings },
    lines: [...table(findings), '', `${verdict}${noted}`],
  };
}
