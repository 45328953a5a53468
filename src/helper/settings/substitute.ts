/** The outcome of substituting variables: the text, and the names that were not set. */
export interface Substitution {
  readonly text: string;
  readonly unset: readonly string[];
}

/**
 * Replaces `$NAME` and `${NAME}` by the environment's values, once and without a shell: a value that itself
 * holds `$`, quotes or `$( )` is taken as it is. A `$` that starts no name stays.
 */
export function substituteVariables(text: string, environment: NodeJS.ProcessEnv): Substitution {
  const unset: string[] = [];
  const replaced = text.replace(
    /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g,
    (whole, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare ?? '';
      const value = environment[name];
      if (value === undefined || value === '') {
        unset.push(name);
        return whole;
      }
      return value;
    },
  );
  return { text: replaced, unset };
}
