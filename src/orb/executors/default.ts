import { TAG } from '../parameters/orb-only.ts';
import { dockerExecutor, parameterReference, type OrbElement } from '../sdk/index.ts';

/** An image with Node.js and git, and nothing else to go wrong. */
export function defaultExecutor(): OrbElement {
  return dockerExecutor({
    name: 'default',
    description: 'CircleCI’s convenience image for Node.js, which has git too.',
    parameters: [TAG],
    image: `cimg/node:${parameterReference(TAG.name)}`,
  });
}
