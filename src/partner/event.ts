import type { PhoneNumberId, WabaId } from '../domain/phone-number.ts';

export interface PartnerEvent {
  /** The same however often the event is sent: receivers drop repeats by it. */
  readonly id: string;
  readonly type: string;
  /** When it happened. */
  readonly atMs: number;
  readonly phoneNumberId: PhoneNumberId;
  readonly wabaId: WabaId;
  /** One plain sentence; no secret, no phone number. */
  readonly text: string;
}

/** The same bytes for the same event. Form and headers: Standard Webhooks, standardwebhooks.com. */
export function bodyOf({ type, atMs, phoneNumberId, wabaId, text }: PartnerEvent): string {
  return JSON.stringify({
    type,
    timestamp: new Date(atMs).toISOString(),
    data: { phone_number_id: phoneNumberId, waba_id: wabaId, message: text },
  });
}
