import { countFleet, readFleet, type FleetDeps } from '../../desk/fleet.ts';
import { fleetQueryIn } from '../fleet.ts';
import type { Query } from '../query.ts';
import type { Call } from '../routes.ts';
import type { Assets } from './assets.ts';
import { FLEET_QUERY } from './fleet-filters.ts';
import { fleetPage } from './fleet-page.ts';
import { answerPage } from './page.ts';

interface FleetPageDeps extends FleetDeps {
  readonly assets: Assets;
}

/** As much as a page shows without becoming slow on a phone. */
const PAGE = 100;

export async function showFleetPage(
  call: Call,
  { assets, ...deps }: FleetPageDeps,
): Promise<Response> {
  const query = queryOf(call.request);
  const { filter, paging } = fleetQueryIn(query);
  const [fleet, counts] = await Promise.all([
    readFleet(deps, filter, { ...paging, limit: PAGE }),
    countFleet(deps, filter),
  ]);
  return await answerPage(fleetPage({ fleet, counts, query }), assets, { caller: call });
}

/** A form sends its empty fields too, and a link from elsewhere may bring words of its own. */
function queryOf(request: Request): Query {
  const words = [...new URL(request.url).searchParams];
  return new Map(words.filter(([name, value]) => FLEET_QUERY.includes(name) && value !== ''));
}
