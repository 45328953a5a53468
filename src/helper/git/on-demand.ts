import type { Git } from '../ports/git.ts';

type Method = (...args: unknown[]) => Promise<unknown>;

/** Git that is loaded at the first question to it: most commands ask none. */
export function gitOnDemand(load: () => Promise<Git>): Git {
  let loading: Promise<Git> | undefined;
  let git: Git | undefined;
  const ask = async (name: keyof Git, args: unknown[]): Promise<unknown> => {
    git = await (loading ??= load());
    return (git[name] as Method).apply(git, args);
  };
  return new Proxy({} as Git, {
    get: (_none, name: keyof Git) =>
      name === 'networkRequests' ? (git?.networkRequests ?? 0) : (...args: unknown[]) => ask(name, args),
  });
}
