/** The numbers of an account by id, each with what is seen of it, as texts. */
export type Seen = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** One line of `account watch`, as `--json` prints it. */
export type Change = { readonly at: string; readonly phone_number_id: string } & What;

type What =
  | { readonly kind: 'found'; readonly number: Readonly<Record<string, string>> }
  | { readonly kind: 'changed'; readonly field: string; readonly from: string; readonly to: string }
  | { readonly kind: 'gone' };

export function changesBetween(before: Seen, now: Seen, at: string): readonly Change[] {
  const ids = [...new Set([...before.keys(), ...now.keys()])];
  return ids.flatMap((id) =>
    changesOf(before.get(id), now.get(id)).map((what) => ({ at, phone_number_id: id, ...what })),
  );
}

function changesOf(
  before: Readonly<Record<string, string>> | undefined,
  now: typeof before,
): readonly What[] {
  if (now === undefined) return [{ kind: 'gone' }];
  if (before === undefined) return [{ kind: 'found', number: now }];
  const fields = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return fields.flatMap((field): What[] => {
    const [from = '', to = ''] = [before[field], now[field]];
    return from === to ? [] : [{ kind: 'changed', field, from, to }];
  });
}

export function sentenceOf(change: Change): string {
  const number = `${change.at}  ${change.phone_number_id}`;
  switch (change.kind) {
    case 'found':
      return `${number}  found: ${Object.values(change.number).join('  ')}`;
    case 'changed':
      return `${number}  ${change.field}: ${change.from || 'none'} → ${change.to || 'none'}`;
    case 'gone':
      return `${number}  is not in the account any more`;
  }
}
