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
];

export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.(ts|mts|js|mjs)$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  testTimeout: 120_000,
  // Most of a test's time is spent in processes that it waits for, so there may be more tests than processors.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  collectCoverageFrom: ['src/**/*.ts'],
  coverageDirectory: 'coverage',
};
