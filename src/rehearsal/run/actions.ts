import type { FlatStep, StepType } from '../expand/types.ts';
import { member } from '../expand/values.ts';
import { Cache } from './cache.ts';
import { cacheKey } from './cache-key.ts';
import { attachWorkspace, persistToWorkspace, storeArtifacts, storeTestResults } from './outputs.ts';
import type { JobSetup } from './types.ts';

/** The names of steps that have none. Source: CircleCI's job pages. */
const NAMES: Readonly<Record<Exclude<StepType, 'run'>, string>> = {
  checkout: 'Checkout code',
  setup_remote_docker: 'Setup a remote Docker engine',
  save_cache: 'Saving cache',
  restore_cache: 'Restoring cache',
  store_artifacts: 'Uploading artifacts',
  store_test_results: 'Uploading test results',
  persist_to_workspace: 'Persisting to workspace',
  attach_workspace: 'Attaching workspace',
  add_ssh_keys: 'Installing additional SSH keys',
};

/** A step's name as a job page shows it: `name`, else a built-in one, else the command itself. */
export function stepName(step: FlatStep): string {
  const name = member(step.options, 'name');
  if (typeof name === 'string' && name !== '') return name;
  return step.type === 'run' ? text(step, 'command') : NAMES[step.type];
}

/** When a step runs: `on_success`, `on_fail` or `always`; results are stored after a failure too. */
export function stepWhen(step: FlatStep): string {
  const when = member(step.options, 'when');
  if (typeof when === 'string') return when;
  return step.type === 'store_artifacts' || step.type === 'store_test_results' ? 'always' : 'on_success';
}

/**
 * Does a step that needs no process: caches, artifacts, test results and the workspace.
 * @returns what to print.
 * @throws RehearsalError or a file system's error, which fails the step.
 */
export async function performAction(
  step: FlatStep,
  setup: JobSetup,
  workingDirectory: string,
): Promise<string> {
  const folders = { home: setup.home, workingDirectory };
  const keyFacts = {
    ...folders,
    environment: {
      ...setup.environment.project,
      ...setup.environment.contexts,
      ...setup.environment.builtIns,
    },
  };
  switch (step.type) {
    case 'save_cache': {
      const key = await cacheKey(text(step, 'key'), keyFacts);
      return new Cache(setup.cacheFolder).save(key, texts(step, 'paths'), folders);
    }
    case 'restore_cache': {
      const templates = [...texts(step, 'keys'), ...texts(step, 'key')];
      const keys = await Promise.all(templates.map((template) => cacheKey(template, keyFacts)));
      return new Cache(setup.cacheFolder).restore(keys, folders);
    }
    case 'store_artifacts': {
      const destination = member(step.options, 'destination');
      return storeArtifacts(
        text(step, 'path'),
        typeof destination === 'string' ? destination : undefined,
        setup.artifactsFolder,
        folders,
      );
    }
    case 'store_test_results':
      return storeTestResults(text(step, 'path'), setup.testResultsFolder, folders);
    case 'persist_to_workspace':
      return persistToWorkspace(text(step, 'root'), texts(step, 'paths'), setup.workspaceFolder, folders);
    case 'attach_workspace':
      return attachWorkspace(text(step, 'at'), setup.workspaceFolder, folders);
    case 'add_ssh_keys':
      return 'A rehearsal adds no SSH keys: nothing was done.\n';
    case 'setup_remote_docker':
      return 'A rehearsal has no remote Docker engine: nothing was done.\n';
    case 'run':
    case 'checkout':
      throw new Error(`step '${step.type}' is a process, not an action`);
  }
}

function text(step: FlatStep, key: string): string {
  const value = member(step.options, key);
  return typeof value === 'string' ? value : '';
}

function texts(step: FlatStep, key: string): string[] {
  const value = member(step.options, key);
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.map(String);
}
