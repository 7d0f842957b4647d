const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds, or why the text is no duration. */
export function parseDuration(value: string): number | string {
  const match = /^(?<amount>-?[0-9]+(\.[0-9]+)?) ?(?<unit>[A-Za-z]*)$/.exec(value.trim());
  const { amount, unit } = match?.groups ?? {};
  if (amount === undefined || unit === undefined) return 'is no duration; write 10m';
  if (unit === '') return `'${amount}' has no unit; write ${amount}m`;
  const unitMs = UNITS_MS[unit];
  if (unitMs === undefined) return 'unknown unit; use s, m, h or d';
  return Number(amount) > 0 ? Math.round(Number(amount) * unitMs) : 'must be positive';
}
