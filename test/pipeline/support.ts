import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument, parse } from 'yaml';

export const ROOT = join(__dirname, '..', '..');

/**
 * The jobs of CircleCI's orb-tools and shellcheck orbs that the pipeline invokes, with the parameters that it gives
 * them, by the names of orb-tools 12 and shellcheck 3: an argument of another name does not compile.
 */
export const ORB_TOOLS = `
version: 2.1
jobs:
  lint: &job
    docker: [{ image: cimg/base:current }]
    parameters: { source_dir: { type: string, default: src } }
    steps: [checkout]
  pack: *job
  review:
    docker: [{ image: cimg/base:current }]
    parameters:
      source_dir: { type: string, default: src }
      exclude: { type: string, default: "" }
      orb_name: { type: string, default: "" }
    steps: [checkout]
  continue:
    docker: [{ image: cimg/base:current }]
    parameters:
      orb_name: { type: string }
      pipeline_number: { type: integer }
      vcs_type: { type: string }
    steps: [checkout]
  publish:
    docker: [{ image: cimg/base:current }]
    parameters:
      orb_name: { type: string }
      vcs_type: { type: string }
      pub_type: { type: enum, enum: [dev, production], default: dev }
      enable_pr_comment: { type: boolean, default: true }
    steps: [checkout]
`;

export const SHELLCHECK = `
version: 2.1
jobs:
  check:
    docker: [{ image: cimg/base:current }]
    parameters:
      dir: { type: string, default: . }
      exclude: { type: string, default: "" }
    steps: [checkout]
`;

/** A file of the project's own pipeline. */
export function pipelineFile(name: 'config.yml' | 'test-deploy.yml'): string {
  return readFileSync(join(ROOT, '.circleci', name), 'utf8');
}

/** The second half as orb-tools continues with it: the packed orb in place of the empty one. */
export function withOrbInjected(orb = readFileSync(join(ROOT, 'orb', 'orb.yml'), 'utf8')): string {
  const document = parseDocument(pipelineFile('test-deploy.yml'));
  document.setIn(['orbs', 'heroku-cd'], parse(orb));
  return String(document);
}
