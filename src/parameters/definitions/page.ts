import type { ParameterDefinition } from '../definition.ts';
import { checkPageUrl } from '../rules-of-pages.ts';

/** The pages that Heroku shows in place of the app. */
export const PAGE = [
  {
    name: 'maintenance-page-url',
    type: 'string',
    default: '',
    description:
      'The page that visitors see during maintenance, in place of Heroku’s own: an https address that everybody can open. Empty leaves it as it is; `none` goes back to Heroku’s own.',
    commands: ['maintenance-page set'],
    check: checkPageUrl,
    words: ['maintenance-page set'],
  },
  {
    name: 'error-page-url',
    type: 'string',
    default: '',
    description:
      'The page that visitors see when the app cannot answer, in place of Heroku’s own: as with `maintenance-page-url`.',
    commands: ['maintenance-page set'],
    check: checkPageUrl,
  },
] as const satisfies readonly ParameterDefinition[];
