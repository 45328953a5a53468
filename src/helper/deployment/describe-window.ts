import type { Settings } from '../../parameters/index.ts';
import { typesToStop } from '../window/selection.ts';
import type { Preflight } from './deploy-state.ts';
import type { AppFacts } from './facts.ts';
import { describeFlush } from './flush.ts';
import type { Act } from './shipping.ts';

/** The acts of a whole deployment: shipping, and around it the window and the migration where there are any. */
export function aroundShipping(
  shipping: readonly Act[],
  facts: AppFacts,
  settings: Settings<'plan'>,
  needs: Pick<Preflight, 'migrates' | 'window' | 'backup' | 'prebootOff' | 'flush'>,
): readonly Act[] {
  const name = facts.app.name;
  const stopped = needs.window
    ? typesToStop(facts.formation, { scaleDown: settings['scale-down'], stopWeb: settings['stop-web'] })
    : [];
  const before = facts.formation.filter(({ type }) => stopped.includes(type));
  const quantities = before.map(({ type, quantity, size }) => `${type}=${quantity}:${size}`).join(' ');
  const page = needs.window && !facts.app.maintenance;
  const after = needs.migrates
    ? `nothing: from here on \`on-migration-failure: ${settings['on-migration-failure']}\` decides`
    : 'everything above';
  return [
    ...(page ? [pageAct(name, true, `switch the maintenance page off`)] : []),
    ...(stopped.length > 0
      ? [scaleAct(name, `stop ${stopped.join(', ')}`, `scale back to ${quantities}`)]
      : []),
    ...(needs.backup?.act === 'dump' ? [backupAct(needs.backup)] : []),
    ...(needs.prebootOff ? [prebootAct(name, false, 'switch preboot on again')] : []),
    ...shipping,
    ...(needs.migrates
      ? [
          {
            call: `POST /apps/${name}/dynos {"command":${JSON.stringify(settings['migrate-command'])}}`,
            what: 'migrate in a one-off dyno of the new release',
            undo: after,
          },
          { call: `DELETE /apps/${name}/dynos`, what: 'restart the dynos', undo: 'nothing: it is harmless' },
        ]
      : []),
    ...(needs.flush === undefined ? [] : describeFlush(name, needs.flush)),
    ...(stopped.length > 0 ? [scaleAct(name, `scale back to ${quantities}`, after)] : []),
    ...(page ? [pageAct(name, false, after)] : []),
    ...(needs.prebootOff ? [prebootAct(name, true, after)] : []),
  ];
}

function pageAct(app: string, on: boolean, undo: string): Act {
  return {
    call: `PATCH /apps/${app} {"maintenance":${on}}`,
    what: `switch the maintenance page ${on ? 'on' : 'off'}`,
    undo,
  };
}

function prebootAct(app: string, on: boolean, undo: string): Act {
  return {
    call: `PATCH /apps/${app}/features/preboot {"enabled":${on}}`,
    what: `switch preboot ${on ? 'on again' : 'off'}`,
    undo,
  };
}

function backupAct({ database, sharedWith }: NonNullable<Preflight['backup']>): Act {
  const shared = sharedWith.length === 0 ? '' : `, which ${sharedWith.join(', ')} use as well`;
  return {
    call: `POST /client/v11/databases/${database.id}/backups`,
    what: `back up ${database.name}${shared}`,
    undo: 'cancel the backup; a finished one stays',
  };
}

function scaleAct(app: string, what: string, undo: string): Act {
  return { call: `PATCH /apps/${app}/formation`, what, undo };
}
