import { createHash } from 'node:crypto';
import { createTransformer as createSwcTransformer } from '@swc/jest';
import { instrument } from './instrument.ts';

type SwcTransformer = ReturnType<typeof createSwcTransformer>;

/** Part of jest's cache key: raised whenever `instrument` gives something else for the same source. */
const REVISION = '1';

/** The project's own transformer, except that the counters come in before it instead of after. */
const transformer = {
  createTransformer(options: Parameters<typeof createSwcTransformer>[0]): SwcTransformer {
    const swc = createSwcTransformer(options);
    const { process, getCacheKey } = swc;
    if (process === undefined || getCacheKey === undefined) throw new Error('@swc/jest has changed.');
    return {
      canInstrument: true,
      process: (source, file, given) =>
        process(given.instrument ? instrument(source, file).code : source, file, given),
      getCacheKey: (source, file, given) =>
        createHash('sha256')
          .update(`${getCacheKey(source, file, given)} ${given.instrument} ${REVISION}`)
          .digest('hex'),
    };
  },
};

// jest takes a transformer as the default export, or as the module itself.
export = transformer;
