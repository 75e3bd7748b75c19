/** What decides whether a message can still be edited or taken back. */
export interface ChangeFacts {
  readonly role: string;
  readonly type: string;
  readonly status: string | null;
  readonly providerId: string | null;
  readonly isDeleted: boolean;
  /** Since it was sent, ms. */
  readonly ageMs: number;
}

/** WhatsApp's own limit for an edit. */
const EDITABLE_MS = 15 * 60_000;
const EDITABLE_TYPES = ['TEXT', 'IMAGE', 'VIDEO'];
/** Never left us, or nobody knows whether it did. */
const NOT_SENT = ['QUEUED', 'FAILED', 'UNKNOWN', 'CANCELED'];

/** Why a message's text cannot be replaced, in a sentence; undefined when it can. */
export function whyNotEditable(message: ChangeFacts): string | undefined {
  if (message.role !== 'assistant') return 'Only what your side wrote can be edited.';
  if (message.isDeleted) return 'This message was taken back; write a new one.';
  if (!EDITABLE_TYPES.includes(message.type)) return 'Only a text or a caption can be edited.';
  if (!wasSent(message)) return 'This message has not been sent; only a sent one can be edited.';
  if (message.ageMs > EDITABLE_MS) return 'WhatsApp allows edits for 15 minutes; write a new message.';
  return undefined;
}

/** Why a message cannot be taken back from the customer's phone; undefined when it can. One that waits is cancelled instead. */
export function whyNotDeletable(message: ChangeFacts): string | undefined {
  if (message.role !== 'assistant') return 'Only what your side wrote can be deleted for everyone.';
  if (!wasSent(message)) return 'This message has not been sent; there is nothing to take back.';
  return undefined;
}

const wasSent = ({ status, providerId }: ChangeFacts): boolean =>
  providerId !== null && !NOT_SENT.includes(status ?? '');
