/** Stands for Heroku's own page. */
export const NO_PAGE = 'none';

/** Machines that nobody else reaches: there a page may be tried out without a certificate. */
const LOOPBACK = /^http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)/i;

/** The address of a page that a browser shows in a frame of an https page. */
export function checkPageUrl(value: string): string | undefined {
  if (value === NO_PAGE) return undefined;
  if (/[\s\p{Cc}\\]/u.test(value) || !/^https?:\/\/[^/]/i.test(value) || !URL.canParse(value)) {
    return 'an address such as `https://pages.example.com/maintenance.html` is wanted, or `none`';
  }
  const { protocol, username, password } = new URL(value);
  if (username !== '' || password !== '') return 'everybody must be able to open it, without a password';
  return protocol === 'https:' || LOOPBACK.test(value)
    ? undefined
    : 'browsers show no http page inside an https page (mixed content); give its https address';
}
