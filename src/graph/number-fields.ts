import { GraphRefused } from './errors.ts';

const REQUIRED = [
  'id',
  'display_phone_number',
  'code_verification_status',
  'status',
  'name_status',
];

const OPTIONAL = [
  'verified_name',
  'platform_type',
  'account_mode',
  'new_display_name',
  'new_name_status',
  'certificate',
  'new_certificate',
  'last_onboarded_time',
  'is_pin_enabled',
  'is_on_biz_app',
  'is_preverified_number',
  'quality_rating',
  'throughput',
  'health_status',
];

/** What is asked instead, once a field is refused. */
const SUCCESSORS: Readonly<Record<string, string>> = { platform_type: 'host_platform' };

/** The fields asked for: always named, as Meta's pages disagree on what comes without. */
export interface NumberFields {
  asked(): readonly string[];
  /** True if the refusal was about an optional field of `asked`, which is then not asked for again. */
  drop(asked: readonly string[], error: unknown): boolean;
}

/** One unknown field makes Graph refuse the whole read, and which fields exist depends on the version. */
export function createNumberFields(): NumberFields {
  let fields: readonly string[] = [...REQUIRED, ...OPTIONAL];
  return {
    asked: () => fields,
    drop: (asked, error) => {
      const unknown = unknownFieldIn(error);
      if (unknown === undefined || !asked.includes(unknown)) return false;
      if (REQUIRED.includes(unknown)) return false;
      fields = fields.flatMap((field) => (field === unknown ? (SUCCESSORS[field] ?? []) : field));
      return true;
    },
  };
}

function unknownFieldIn(error: unknown): string | undefined {
  if (!(error instanceof GraphRefused) || error.answer.code !== 100) return undefined;
  return /nonexisting field \(([a-z_]+)\)/.exec(error.answer.message ?? '')?.[1];
}
