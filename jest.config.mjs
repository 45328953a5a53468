import { availableParallelism } from 'node:os';

/** ES modules among our dependencies: jest runs as CommonJS, so they are transformed too. */
const esmOnly = [
  'node-fetch',
  'fetch-blob',
  'formdata-polyfill',
  'data-uri-to-buffer',
  'p-retry',
  'is-network-error',
  'httpxy',
  '@clack/(?:prompts|core)',
  'fast-(?:string-(?:truncated-)?width|wrap-ansi)',
  'sisteransi',
  'puppeteer-core',
  '@puppeteer',
];

/**
 * With `npm run test:all` alone, so that `npm test` stays short: tests that take whole rounds of the project's own tools,
 * or fetch Node.js itself; and those that try in more ways what others try once: kin to the fault matrix and to test/kills.
 */
const MORE = [
  'scripts/(bench/bench|coverage|npm-scripts|publish/publish)',
  'pipeline/integration',
  'e2e/(node-versions|hostile-servers|hostile-values|recover|migrate|trouble|unhealthy|caches-trouble|tarball-files)',
  'e2e/(open-close-window|window-trouble|migration-connection|migration-output|migration-rollback|build-app)',
  'faults/(databases|failed-migration|tarball|after-the-window)',
  'kills/(after-the-window|variants|lost-migrations)',
  'cli/init/every-framework',
].map((name) => `/test/${name}[.]test[.]ts$`);

export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...(process.env['TESTS'] === 'all' ? [] : MORE)],
  transform: {
    '^.+\\.(ts|mts|js|mjs)$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  // Certificates are made once, not by every file of tests that starts a local Heroku.
  moduleNameMapper: { '^selfsigned$': '<rootDir>/test/support/selfsigned-once.ts' },
  testTimeout: 120_000,
  // Most of a test's time is spent in processes that it waits for, so there may be more tests than processors.
  maxWorkers: availableParallelism() * 2,
  // Each of a test's many processes begins as a copy of its worker's memory map: small workers start them faster.
  workerIdleMemoryLimit: '200MB',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  collectCoverageFrom: ['src/**/*.ts'],
  coverageDirectory: 'coverage',
};
