/** An error repeats so many lines of the output, and so many characters: all of it is in the log. */
const LINES = 3;
const LONGEST = 400;
/** Heroku marks errors and warnings so. */
const MARK = /^\s*!(?=\s|$)/;
/** What Heroku ends every refused push and failed build with, whatever the reason. */
const NO_REASON = /^(?:Push failed|Push rejected to \S+|Verifying deploy\b.*)$/;
/** What tells something only where nothing else does. */
const HARDLY_A_REASON = /^(?:Push rejected, failed to compile .*|See the .*output above.*)$/;
/** Before what it ends with, it advises on branches where a build of the same commit has failed before. */
const ADVICE = /^\s*! ## Warning - The same version of this code/;

/**
 * Why Heroku has rejected what it was to build, in one line, or nothing: the last lines that are marked with ` !`, from
 * the error on where one says that it is; where none is marked, the last lines.
 */
export function reasonOf(output: readonly string[]): string {
  const advice = output.findIndex((line) => ADVICE.test(line));
  const lines = advice < 0 ? output : output.slice(0, advice);
  const words = (some: readonly string[]): string[] =>
    some.map((line) => line.replace(MARK, '').trim()).filter((line) => line !== '');
  const without = (some: readonly string[], pattern: RegExp): readonly string[] =>
    some.filter((line) => !pattern.test(line));
  const telling = without(words(lines.filter((line) => MARK.test(line))), NO_REASON);
  const all = words(lines);
  const [said = []] = [without(telling, HARDLY_A_REASON), telling, without(all, NO_REASON), all].filter(
    ({ length }) => length > 0,
  );
  const error = said.findLastIndex((line) => /^error\b/i.test(line));
  const reason = (error < 0 ? said.slice(-LINES) : said.slice(error, error + LINES)).join(' ');
  return reason.length > LONGEST ? `${reason.slice(0, LONGEST - 1)}…` : reason;
}
