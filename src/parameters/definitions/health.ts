import type { ParameterDefinition } from '../definition.ts';
import { checkHealthUrl, checkStatusList, checkSuccesses } from '../rules-of-health.ts';
import { DEPLOYING } from './commands-of.ts';

/** Whether the app answers as it should once it is deployed. */
export const HEALTH = [
  {
    name: 'health-check-url',
    type: 'string',
    default: '',
    description:
      'Checks the app once it is deployed and its window is closed: a URL, or a path such as `/` or `/health` on the app’s own `web_url`. The other `health-check` parameters ask for a check of `/` by themselves. No key is sent there, and no redirect is followed. Empty, with all of them as they are: no check.',
    commands: DEPLOYING,
    check: checkHealthUrl,
  },
  {
    name: 'health-check-status',
    type: 'string',
    default: '200-399',
    description: 'The statuses that are accepted, such as `200` or `200-299,401`.',
    commands: DEPLOYING,
    check: checkStatusList,
  },
  {
    name: 'health-check-text',
    type: 'string',
    default: '',
    description:
      'What the first megabyte of the answer’s body must contain, byte for byte in UTF-8, such as `"status":"ok"` or `$CIRCLE_SHA1`.',
    commands: DEPLOYING,
  },
  {
    name: 'health-check-successes',
    type: 'string',
    default: '3',
    description: 'How many accepted answers in a row make the app healthy, two seconds apart.',
    commands: DEPLOYING,
    check: checkSuccesses,
  },
  {
    name: 'on-unhealthy',
    type: 'enum',
    values: ['keep', 'rollback'],
    default: 'keep',
    description:
      'What follows where the app does not become healthy: `keep` leaves the new code serving and fails the job with exit 5; `rollback` releases the code from before with the config vars of today. Refused together with a migration, unless `migration-is-backward-compatible`.',
    commands: DEPLOYING,
  },
  {
    name: 'health-timeout',
    type: 'duration',
    default: '5m',
    description: 'How long the app may take to become healthy.',
    commands: DEPLOYING,
  },
] as const satisfies readonly ParameterDefinition[];
