import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Process edges: the only files that may print or end the process. */
const edges = ['src/helper/main.ts', 'src/cli/main.ts', 'scripts/**'];

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'coverage/**',
      'orb/**',
      'node_modules/**',
      '.cache/**',
      'scripts/demo/app/**',
      '.circleci/sample-app/**',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'exit',
          message: 'Only the edge ends the process; return a result instead.',
        },
      ],
    },
  },
  { files: edges, rules: { 'no-console': 'off', 'no-restricted-properties': 'off' } },
  {
    // A local Heroku that imports the helper, or the reverse, would test itself against itself.
    files: ['src/helper/**', 'src/parameters/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['**/simulator/**', '**/rehearsal/**', '**/orb/**', 'yaml', 'express'] },
      ],
    },
  },
  {
    files: ['src/simulator/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['**/helper/**', '**/rehearsal/**', '**/orb/**'] }],
    },
  },
  { files: ['**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      'no-console': 'off',
      'no-restricted-properties': 'off',
    },
  },
  { files: ['**/*.cjs'], ...tseslint.configs.disableTypeChecked },
  {
    // Runs on whatever Node.js a job has, so that one that is too old can still be told apart.
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { process: 'readonly', console: 'readonly', require: 'readonly', Buffer: 'readonly' },
    },
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      'no-console': 'off',
      'no-restricted-properties': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { caughtErrors: 'none' }],
    },
  },
  {
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // A stand-in keeps the signature of what it stands for, and the control interface answers at once or later.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/await-thenable': 'off',
    },
  },
);
