import type { Settings } from '../../parameters/index.ts';
import { doctor } from '../deployment/doctor.ts';
import type { Finding } from '../deployment/findings.ts';
import type { Ports } from '../deployment/ports.ts';
import { EXIT } from '../exit-codes.ts';
import type { Answer } from './command.ts';

const MARKS = { ok: 'ok', note: 'note', problem: 'PROBLEM' } as const;

/** `heroku-cd doctor`: one table of findings and remedies. */
export async function doctorCommand(ports: Ports, settings: Settings<'doctor'>): Promise<Answer> {
  const findings = await doctor(ports, settings);
  const problems = findings.filter((finding) => finding.level === 'problem').length;
  return {
    exitCode: problems > 0 ? EXIT.refused : EXIT.succeeded,
    json: { app: settings['app-name'], problems, findings },
    lines: [
      ...table(findings),
      '',
      problems === 0
        ? `Nothing stands in the way of deploying to ${settings['app-name']}.`
        : `${problems} ${problems === 1 ? 'problem' : 'problems'} to mend before ${settings['app-name']} can be deployed.`,
    ],
  };
}

function table(findings: readonly Finding[]): readonly string[] {
  const width = Math.max(...findings.map((finding) => finding.subject.length));
  return findings.flatMap((finding) => {
    const row = `${MARKS[finding.level].padEnd(8)} ${finding.subject.padEnd(width)}  ${finding.what}`;
    return finding.remedy === undefined ? [row] : [row, `${' '.repeat(9 + width + 2)}-> ${finding.remedy}`];
  });
}
