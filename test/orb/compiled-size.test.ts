import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { expandConfig } from '../../src/rehearsal/index.ts';
import { ROOT } from './support/orb.ts';

/** Bytes that a compiled configuration may have (CircleCI support: 8 MB). */
const LIMIT = 8_000_000;
/** As many jobs of the orb as docs/branches-and-apps.md promises room for. */
const JOBS = 30;

const orb = { text: readFileSync(join(ROOT, 'orb', 'orb.yml'), 'utf8'), file: 'orb.yml' };

it.each([
  ['deploy', 'deployments: "main: acme-shop", deploy-environment: production'],
  ['maintenance-wrapped-migrate', 'app-name: acme-shop, deploy-environment: production'],
  ['recover', 'deployments: "main: acme-shop"'],
])('a configuration has room for thirty jobs such as %s', (job, given) => {
  const text = `version: 2.1
orbs: { heroku-cd: acme/heroku-cd@0.1 }
workflows: { w: { jobs: [{ heroku-cd/${job}: { ${given} } }] } }
`;
  const { workflows } = expandConfig(
    { text, file: 'config.yml' },
    { orbs: { 'acme/heroku-cd': orb }, pipeline: { branch: 'main' } },
  );
  const steps = workflows[0]?.jobs[0]?.job?.steps ?? [];
  const compiled = stringify(steps.map((step) => ({ [step.type]: 'options' in step ? step.options : {} })));
  expect(compiled.length).toBeGreaterThan(100_000);
  expect(compiled.length * JOBS).toBeLessThan(LIMIT);
});

it('says so', () => {
  expect(readFileSync(join(ROOT, 'docs', 'branches-and-apps.md'), 'utf8')).toContain('room for thirty');
});
