import { createMasker, type Masker } from '../output/masker.ts';
import type { Secret } from '../output/secret.ts';

/** Makes text of a server fit for an error or a log line. */
export type Quote = (text: string, longest?: number) => string;

const LONGEST = 300;
/** An answer can be megabytes long; its beginning says enough. */
const LOOKED_AT = 4 * 1024;
/** Longer than a key in any form, so that the cut leaves no part of one. */
const CUT_MARGIN = 1024;

/**
 * A quoter that knows the API key: blanks it out in plain and in base64, drops the query of every URL
 * (signatures stand there) and the path of attach URLs, and leaves one short line of printable characters.
 */
export function createQuote(apiKey: Secret): Quote {
  // Most runs quote nothing.
  let known: Masker | undefined;
  return (text, longest = LONGEST) => {
    const masker = (known ??= maskerOf(apiKey));
    let line = text
      .slice(0, LOOKED_AT)
      .replace(/[^\p{L}\p{N}\p{P}\p{S} ]+/gu, ' ')
      .replace(/ {2,}/g, ' ')
      .trim();
    if (text.length > LOOKED_AT) line = line.slice(0, -CUT_MARGIN);
    line = masker
      .mask(line)
      .replace(/(https?:\/\/[^\s?"'<>]+)\?[^\s"'<>]*/gi, '$1?…')
      .replace(/(rendezvous:\/\/)[^\s"'<>]+/gi, '$1…');
    return line.length > longest ? `${line.slice(0, longest)}…` : line;
  };
}

function maskerOf(apiKey: Secret): Masker {
  const masker = createMasker();
  masker.add(apiKey.reveal());
  // As it would come back in a host name.
  masker.add(apiKey.reveal().toLowerCase());
  return masker;
}
