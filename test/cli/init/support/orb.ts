import { resolve } from 'node:path';
import { config, version } from '../../../../package.json';

/** The orb as init's executable knows it. */
export const ORB = {
  namespace: config.orbNamespace,
  version,
  file: process.env['E2E_ORB'] ?? resolve(__dirname, '../../../../orb/orb.yml'),
  url: 'https://example.com/orb.yml',
};
