// Where Meta's OpenAPI description and we differ, each with its reason. A line that is no longer true fails the test.
type Reasons = Readonly<Record<string, string>>;

const NOT_IN_THE_FILE =
  "Meta's guides show the call; the description covers other products' calls only in part.";
const FILTERS =
  "The guide of pre-verified numbers documents these names; the description's names stand in no guide.";
const NO_OTHER_SETTING =
  'Not part of an onboarding: no guide of registration or of names mentions it.';
const FROM_ON_PREMISES =
  'Moves a number from an On-Premises client, which Meta has ended; only the description has it.';
const FORWARD_ONLY = 'A list is read forwards, to its end.';

/** What we send and the description does not know. */
export const DIFFERENT_REQUESTS: Reasons = {
  'any call has query appsecret_proof':
    'Documented for every call of the Graph API, "Securing Graph API calls", so no call names it.',
  'any call has query locale':
    'Asks for refusals in English; documented for the Graph API as a whole, so no call names it.',
  'GET /oauth/access_token is not described': NOT_IN_THE_FILE,
  'GET /debug_token is not described': NOT_IN_THE_FILE,
  'POST /{Business-ID}/system_user_access_tokens is not described': NOT_IN_THE_FILE,
  'DELETE /{Business-ID}/share_preverified_numbers is not described':
    'The guide of pre-verified numbers ends a sharing by DELETE; the description has POST only.',
  'GET /{Business-ID}/preverified_numbers has query code_verification_status': FILTERS,
  'GET /{Business-ID}/preverified_numbers has query phone_number': FILTERS,
};

/** What the description has and we never send. */
export const NEVER_SENT: Reasons = {
  'GET /{WABA-ID}/phone_numbers before': FORWARD_ONLY,
  'GET /{WABA-ID}/phone_numbers sort':
    "The guide writes ['last_onboarded_time_ascending'], the description last_onboarded_time.asc: we sort ourselves.",
  'GET /{WABA-ID}/subscribed_apps fields':
    'The default answer has the app and its override, which is all that is needed.',
  'GET /{Business-ID}/preverified_numbers before': FORWARD_ONLY,
  'GET /{Business-ID}/preverified_numbers verification_status': FILTERS,
  'GET /{Business-ID}/preverified_numbers availability_status': FILTERS,
  'GET /{Business-ID}/preverified_numbers country_code': FILTERS,
  'GET /{Pre-Verified-Phone-Number-ID}/partners before': FORWARD_ONLY,
  'GET /{Pre-Verified-Phone-Number-ID}/partners fields':
    'The default answer has the id and the name of a partner, which is all that is needed.',
  'POST /{Phone-Number-ID} connection_status': NO_OTHER_SETTING,
  'POST /{Phone-Number-ID} search_visibility': NO_OTHER_SETTING,
  'POST /{Phone-Number-ID} username': NO_OTHER_SETTING,
  'POST /{Phone-Number-ID} webhook_url':
    'The guide of webhook overrides has webhook_configuration only.',
  'POST /{Phone-Number-ID} whatsapp_business_api_data':
    'The guide of two-step verification sends pin at the top level, where it may never be empty.',
  'POST /{Phone-Number-ID}/register backup': FROM_ON_PREMISES,
  'POST /{Phone-Number-ID}/register tier': FROM_ON_PREMISES,
  'POST /{Phone-Number-ID}/register meta_store_retention_minutes': FROM_ON_PREMISES,
};

const A_MESSAGE =
  'The answer of a sent message: nothing in it says that a setting of the number was changed.';
const WITHOUT_FIELDS =
  'Meta leaves code_verification_status out unless it is asked for, and this call always asks. With fields of the own choice it is read.';

/** Which call does not take which answer. */
export const ANSWERS_REFUSED: Reasons = {
  'changeDisplayName: message_sent of POST /{Phone-Number-ID}': A_MESSAGE,
  'clearNumberWebhook: message_sent of POST /{Phone-Number-ID}': A_MESSAGE,
  'overrideNumberWebhook: message_sent of POST /{Phone-Number-ID}': A_MESSAGE,
  'setPin: message_sent of POST /{Phone-Number-ID}': A_MESSAGE,
  'listPhoneNumbers: single_phone_number of GET /{WABA-ID}/phone_numbers': WITHOUT_FIELDS,
  'readPhoneNumber: default_response of GET /{Phone-Number-ID}': WITHOUT_FIELDS,
  'readPhoneNumber: with_name_status of GET /{Phone-Number-ID}': WITHOUT_FIELDS,
};

const REAL_STATUS =
  'Guides and real answers have CONNECTED and its neighbours; the description alone has LINKED.';

/** Words of the description that we do not know, and ours that it lacks. Every field takes a word nobody knows. */
export const DIFFERENT_WORDS: Reasons = {
  'code_verification_status lacks EXPIRED':
    'Real, connected numbers answer EXPIRED: the proof lives 14 days.',
  'code_verification_status lacks NOT_VERIFIED':
    'The guide and real answers have NOT_VERIFIED, the description UNVERIFIED: both are taken.',
  'name_status lacks NON_EXISTS': 'Answered for real numbers, and in no list of Meta.',
  'quality_rating lacks UNKNOWN': "In the guide's own sample of a new number.",
  'status has LINKED': REAL_STATUS,
  'status has UNLINKED': REAL_STATUS,
  'status lacks CONNECTED': REAL_STATUS,
  'status lacks DISCONNECTED': REAL_STATUS,
  'status lacks FLAGGED': REAL_STATUS,
  'status lacks RATE_LIMITED': REAL_STATUS,
  'status lacks UNKNOWN': REAL_STATUS,
  'status lacks UNVERIFIED': REAL_STATUS,
};

const NEARLY_ALWAYS_400 =
  "Real refusals of these calls come with HTTP 400, and the code decides: a refusal's status is never read below 500.";

/** HTTP statuses that the description gives for nearly every call. */
export const OTHER_STATUSES: Reasons = {
  '401': NEARLY_ALWAYS_400,
  '403': NEARLY_ALWAYS_400,
  '404': 'A missing object is HTTP 400 with code 100, subcode 33, in real answers.',
  '409': NEARLY_ALWAYS_400,
  '422':
    'The description refuses to register a registered number; the guides say that it succeeds.',
  '429': 'Throttling is told by codes 4, 80007 and 80008 in real answers.',
};
