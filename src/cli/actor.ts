import { userInfo } from 'node:os';

/** Who gave an order, as a number's history keeps it: by default whoever is logged in. */
export function administrator(name: string = userInfo().username): string {
  return `${name} (administrator, CLI)`;
}
