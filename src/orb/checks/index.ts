import { OrbRefused, type Checked, type Finding } from './finding.ts';

export { OrbRefused, type Checked, type Finding } from './finding.ts';

const CHECKS: readonly ((checked: Checked) => Finding[])[] = [];

/** Every rule that the orb breaks. */
export function findFaults(checked: Checked): Finding[] {
  return CHECKS.flatMap((check) => check(checked));
}

/** @throws {OrbRefused} when the orb breaks a rule. */
export function refuseFindings(checked: Checked): void {
  const findings = findFaults(checked);
  if (findings.length > 0) throw new OrbRefused(findings);
}
