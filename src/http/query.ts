import { HttpError } from './errors.ts';

export type Query = ReadonlyMap<string, string>;

/** The parameters behind the path, which may have the names of `allowed` and no other, each once. @throws HttpError */
export function readQuery(request: Request, allowed: readonly string[] = []): Query {
  const { searchParams } = new URL(request.url);
  const names = [...searchParams.keys()];
  const isRepeated = new Set(names).size < names.length;
  if (isRepeated || !names.every((name) => allowed.includes(name))) {
    throw new HttpError('unknown_parameter');
  }
  return new Map(searchParams);
}
