import { checkExamples } from './examples.ts';
import { OrbRefused, type Checked, type Finding } from './finding.ts';
import { checkHandOver } from './hand-over.ts';
import { checkLimits } from './limits.ts';
import { checkNames } from './names.ts';
import { checkOrbTools } from './orb-tools.ts';
import { checkParameters } from './parameters.ts';
import { checkSteps } from './steps.ts';
import { checkTemplates } from './templates.ts';

export { OrbRefused, type Checked, type Finding } from './finding.ts';
export { STEP_LIMIT, STRING_LIMIT } from './limits.ts';

const CHECKS: readonly ((checked: Checked) => Finding[])[] = [
  checkNames,
  checkParameters,
  checkSteps,
  checkTemplates,
  checkHandOver,
  checkLimits,
  checkExamples,
  checkOrbTools,
];

/** Every rule that the orb breaks: those of the compiler, of orb-tools' review, and of our own. */
export function findFaults(checked: Checked): Finding[] {
  return CHECKS.flatMap((check) => check(checked));
}

/** @throws {OrbRefused} when the orb breaks a rule. */
export function refuseFindings(checked: Checked): void {
  const findings = findFaults(checked);
  if (findings.length > 0) throw new OrbRefused(findings);
}
