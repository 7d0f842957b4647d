/** What Node knows of a request before anybody has read a meaning into it. */
export interface RawRequest {
  readonly url: string;
  readonly rawHeaders: readonly string[];
}

export type TargetProblem = 'bad_request_target' | 'not_found';

const PLAIN_SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._~-]*$/;

/**
 * Node lets absolute targets, `%00`, `//`, dot segments and two host headers through, and a URL parser would make plain paths
 * of some. Routes match the raw path, so all of it is refused before one is parsed.
 */
export function targetProblem({ url, rawHeaders }: RawRequest): TargetProblem | undefined {
  const [path = ''] = url.split('?', 1);
  if (!path.startsWith('/') || path.includes('%00') || hostsOf(rawHeaders) > 1) {
    return 'bad_request_target';
  }
  if (path === '/') return undefined;
  return path.slice(1).split('/').every(isPlain) ? undefined : 'not_found';
}

function isPlain(segment: string): boolean {
  return PLAIN_SEGMENT.test(segment);
}

function hostsOf(rawHeaders: readonly string[]): number {
  return rawHeaders.filter((header, i) => i % 2 === 0 && header.toLowerCase() === 'host').length;
}
