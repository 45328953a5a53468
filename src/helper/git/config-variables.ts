/** A setting of git's configuration, given to one process through its environment. */
export type ConfigSetting = readonly [key: string, value: string];

const COUNT = 'GIT_CONFIG_COUNT';

/** Whether the variable belongs to git's configuration by environment (`GIT_CONFIG_COUNT` and its pairs). */
export function isConfigVariable(name: string): boolean {
  return name === COUNT || /^GIT_CONFIG_(KEY|VALUE)_\d+$/.test(name);
}

/**
 * The settings that a job gives git through its environment. What git itself would die of, a count that is
 * no number or a pair with a half missing, is left out.
 */
export function readConfigVariables(environment: NodeJS.ProcessEnv): ConfigSetting[] {
  const count = environment[COUNT] ?? '';
  if (!/^\d{1,6}$/.test(count)) return [];
  return Array.from({ length: Number(count) }, (_, index) => index).flatMap((index): ConfigSetting[] => {
    const key = environment[`GIT_CONFIG_KEY_${index}`];
    const value = environment[`GIT_CONFIG_VALUE_${index}`];
    return key === undefined || value === undefined ? [] : [[key, value]];
  });
}

/** The variables that give git these settings; later ones win, as in a file. */
export function configVariables(settings: readonly ConfigSetting[]): Record<string, string> {
  return Object.fromEntries([
    [COUNT, String(settings.length)],
    ...settings.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]) as Record<string, string>;
}
