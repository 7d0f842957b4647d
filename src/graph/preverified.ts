import { checkedDigits, checkedStatus } from './checks.ts';
import { create, get, post, remove, type Context, type TokenArgs } from './context.ts';
import type { Partner, PreverifiedNumber } from './facts.ts';
import { checkedId, isPreverifiedId, type BusinessId, type PreverifiedId } from './ids.ts';
import { itemsOf, type ListArgs } from './pages.ts';
import { partnerSchema, preverifiedNumberSchema } from './partner-schemas.ts';
import { createdSchema, pageOf } from './schemas.ts';

const FIELDS =
  'id,phone_number,code_verification_status,code_verification_time,verification_expiry_time';

interface NumberArgs extends TokenArgs {
  readonly preverifiedId: PreverifiedId;
}

interface BusinessArgs extends TokenArgs {
  readonly businessId: BusinessId;
}

interface NumbersArgs extends BusinessArgs, ListArgs {
  readonly codeVerificationStatus?: 'VERIFIED' | 'NOT_VERIFIED' | 'EXPIRED';
  /** Digits with the country code. */
  readonly phoneNumber?: string;
}

interface ShareArgs extends NumberArgs, BusinessArgs {
  readonly partnerBusinessId: BusinessId;
}

/** Numbers that a partner verifies before a customer picks one, all with the partner's own token. */
export interface PreverifiedCalls {
  /** `phoneNumber` is digits with the country code. It is then verified by `requestCode` and `verifyCode`, within 90 days. */
  addPreverifiedNumber(
    args: BusinessArgs & { readonly phoneNumber: string },
  ): Promise<PreverifiedId>;
  readPreverifiedNumber(args: NumberArgs): Promise<PreverifiedNumber>;
  /** Read and bounded as `listPhoneNumbers` is. */
  listPreverifiedNumbers(args: NumbersArgs): AsyncIterable<PreverifiedNumber>;
  deletePreverifiedNumber(args: NumberArgs): Promise<void>;
  /** The businesses that may offer the number to their customers. */
  listPreverifiedPartners(args: NumberArgs & ListArgs): AsyncIterable<Partner>;
  sharePreverifiedNumber(args: ShareArgs): Promise<void>;
  unsharePreverifiedNumber(args: ShareArgs): Promise<void>;
}

export function createPreverifiedCalls(context: Context): PreverifiedCalls {
  return { ...numbers(context), ...sharing(context) };
}

type Sharing = 'listPreverifiedPartners' | 'sharePreverifiedNumber' | 'unsharePreverifiedNumber';

function numbers(context: Context): Omit<PreverifiedCalls, Sharing> {
  return {
    addPreverifiedNumber: async (args) =>
      create(context, args, {
        attempted: 'add the pre-verified number',
        path: `${checkedId('businessId', args.businessId)}/add_phone_numbers`,
        json: { phone_number: checkedDigits(args.phoneNumber) },
        schema: createdSchema(isPreverifiedId),
      }),
    readPreverifiedNumber: async (args) =>
      get(context, args, {
        attempted: 'read the pre-verified number',
        path: checkedId('preverifiedId', args.preverifiedId),
        query: { fields: FIELDS },
        schema: preverifiedNumberSchema,
      }),
    listPreverifiedNumbers: (args) => listNumbers(context, args),
    deletePreverifiedNumber: async (args) => {
      const path = checkedId('preverifiedId', args.preverifiedId);
      await remove(context, args, { attempted: 'delete the pre-verified number', path });
    },
  };
}

function sharing(context: Context): Pick<PreverifiedCalls, Sharing> {
  return {
    listPreverifiedPartners: (args) => listPartners(context, args),
    sharePreverifiedNumber: async (args) => {
      const attempted = 'share the pre-verified number';
      await post(context, args, { attempted, path: shareEdgeOf(args), json: shareOf(args) });
    },
    unsharePreverifiedNumber: async (args) => {
      const attempted = 'stop sharing the pre-verified number';
      await remove(context, args, { attempted, path: shareEdgeOf(args), query: shareOf(args) });
    },
  };
}

async function* listNumbers(
  context: Context,
  args: NumbersArgs,
): AsyncGenerator<PreverifiedNumber> {
  const { codeVerificationStatus: status, phoneNumber } = args;
  const attempted = 'list the pre-verified numbers';
  const path = `${checkedId('businessId', args.businessId)}/preverified_numbers`;
  const own = {
    fields: FIELDS,
    ...(status === undefined ? {} : { code_verification_status: checkedStatus(status) }),
    ...(phoneNumber === undefined ? {} : { phone_number: checkedDigits(phoneNumber) }),
  };
  const schema = pageOf(preverifiedNumberSchema);
  yield* itemsOf(attempted, args, (paging) =>
    get(context, args, { attempted, path, query: { ...paging, ...own }, schema }),
  );
}

async function* listPartners(
  context: Context,
  args: NumberArgs & ListArgs,
): AsyncGenerator<Partner> {
  const attempted = 'list the partners of the pre-verified number';
  const path = `${checkedId('preverifiedId', args.preverifiedId)}/partners`;
  const schema = pageOf(partnerSchema);
  yield* itemsOf(attempted, args, (query) =>
    get(context, args, { attempted, path, query, schema }),
  );
}

const shareEdgeOf = ({ businessId }: ShareArgs): string =>
  `${checkedId('businessId', businessId)}/share_preverified_numbers`;

const shareOf = ({ preverifiedId, partnerBusinessId }: ShareArgs): Record<string, string> => ({
  preverified_id: checkedId('preverifiedId', preverifiedId),
  partner_business_id: checkedId('partnerBusinessId', partnerBusinessId),
});
