import { requireScalable } from '../acts/scale.ts';
import type { Ports } from '../deployment/ports.ts';
import { journalFromFormation } from '../journal/by-hand.ts';
import { JournalKeeper } from '../journal/keeper.ts';
import type { App } from '../ports/heroku.ts';
import { parseFormation } from '../settings/formation-list.ts';

/**
 * A window as the parameter `formation` describes it, where no journal tells. Sizes that differ are set at once
 * on types that are stopped; undefined where nothing is named.
 * @throws Refusal that names the types or sizes that the app does not have.
 */
export async function keeperFromFormation(
  { ports }: { readonly ports: Ports },
  app: App,
  formation: string,
): Promise<JournalKeeper | undefined> {
  const types = parseFormation(formation);
  if (types.length === 0) return undefined;
  const { heroku, log } = ports;
  log.info(`No journal tells how ${app.name} was; \`formation\` does: ${formation}.`);
  const live = await requireScalable(heroku, app.name, types);
  const resize = types.filter(
    (one) => one.size !== undefined && live.some(({ type, quantity }) => type === one.type && quantity === 0),
  );
  if (resize.length > 0) {
    await heroku.scale(
      app.name,
      resize.map((one) => ({ ...one, quantity: 0 })),
    );
  }
  return new JournalKeeper(ports, journalFromFormation(app, types, await heroku.formation(app.name)));
}
