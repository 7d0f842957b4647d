import { z } from 'zod';

/** Facts on which Meta's pages disagree, or which only a live account can settle. The first value is the default. */
export const switchesSchema = z.strictObject({
  /** HTTP status of a refused token. */
  authHttp: z.union([z.literal(401), z.literal(400)]).default(401),
  /** `new`: registering a registered number leaves its PIN alone. `old`: the PIN must match. */
  accountModel: z.enum(['new', 'old']).default('new'),
  /** `legacy`: returned. `absent`: never returned. `nonexisting`: asking is refused. */
  certificates: z.enum(['legacy', 'absent', 'nonexisting']).default('legacy'),
  statusAfterDeregister: z.enum(['DISCONNECTED', 'PENDING']).default('DISCONNECTED'),
  /** The refusal of a registration after the signup window. */
  lateRegister: z.union([z.literal(133006), z.literal(100)]).default(133006),
  /** Does a fresh one-time code bring back the right to register after the signup window? */
  otpAfterWindow: z.enum(['no', 'yes']).default('no'),
  lapsedOtpValue: z.enum(['EXPIRED', 'NOT_VERIFIED', 'UNVERIFIED']).default('EXPIRED'),
  throttleCode: z.union([z.literal(80007), z.literal(80008), z.literal(4)]).default(80007),
  /** Does a call while locked start the 72 hours again? */
  lockExtends: z.enum(['no', 'yes']).default('no'),
  /** `+1 631-555-1111` or `16315551111`. */
  displayFormat: z.enum(['international', 'digits']).default('international'),
  timeFormat: z.enum(['iso', 'unix', 'absent']).default('iso'),
  defaultFields: z.enum(['eight', 'four']).default('eight'),
  /** `true` or, as in some of Meta's samples, `"true"`. */
  successType: z
    .union([z.enum(['boolean', 'string']), z.literal(true), z.literal('true')])
    .transform((given) => (given === true ? 'boolean' : given === 'true' ? 'string' : given))
    .default('boolean'),
  /** Which name of the platform field exists: the first value knows both. */
  platformField: z.enum(['platform_type', 'host_platform', 'neither']).default('platform_type'),
  /** `POST {pin}` on a number that was never registered. */
  pinBeforeRegister: z.enum(['accepted', 'refused']).default('accepted'),
  /** Do the `new_*` fields outlive the approval of a new name, until the next registration? */
  newFieldsOnApproval: z.enum(['kept', 'gone']).default('kept'),
  /** Registration on a client of the customer's own: over (wrapped in `errors` or bare), or as it once was. */
  onprem: z.enum(['retired', 'retired_bare', 'working']).default('retired'),
  /** Does the app refuse calls without `appsecret_proof`? */
  requireProof: z.boolean().default(false),
});

export type Switches = z.infer<typeof switchesSchema>;
