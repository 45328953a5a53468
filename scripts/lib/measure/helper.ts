/** The helper as it is, in a process that records what ran of it. */
import './recorder.ts';
import '../../../src/helper/main.ts';
