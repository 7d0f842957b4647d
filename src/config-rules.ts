import { SIGNUP_WINDOW_MS } from './domain/deadline.ts';
import { isLoopback } from './loopback.ts';
import { VARIABLES } from './variables.ts';
import { isLocalOrigin } from './web-address.ts';

/** An empty variable is an absent one: that is how docker compose passes what its user left out. */
export function withFallbacks(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const given: Record<string, string> = {};
  for (const [name, variable] of Object.entries(VARIABLES)) {
    if ('fallback' in variable) given[name] = variable.fallback;
  }
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== '') given[name] = value;
  }
  return given;
}

/** It shows what a history says, and knows no other credential. */
export function isCodecServerGuarded(env: {
  API_TOKEN?: string | undefined;
  CODEC_SERVER_HOST: string;
}): boolean {
  return env.API_TOKEN !== undefined || isLoopback(env.CODEC_SERVER_HOST);
}

export function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

/** Meta allows few calls an hour, so only a Graph API of our own is asked more often than once a minute. */
export function isPollIntervalSane(env: {
  POLL_INTERVAL: number;
  GRAPH_BASE_URL: string;
}): boolean {
  const leastMs = isLocalOrigin(env.GRAPH_BASE_URL) ? 1000 : 60_000;
  return env.POLL_INTERVAL >= leastMs && env.POLL_INTERVAL <= SIGNUP_WINDOW_MS;
}
