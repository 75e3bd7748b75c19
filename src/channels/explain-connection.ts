import type { Link } from './next-connection.js';

/** What a person should know of a number's link and do about it: one or two sentences, in English (see `translate`). */
export function explainConnection({ state, reason, isDeaf }: Link & { readonly isDeaf: boolean }): string {
  switch (state) {
    case 'open':
      if (isDeaf) return 'The number is connected, but its messages do not reach us; we are reconnecting it.';
      return 'The number is connected.';
    case 'created':
      return 'Scan the QR code with the phone to connect this number.';
    case 'connecting':
      return 'The number is connecting. If a QR code shows, scan it with the phone.';
    case 'refused':
      return 'Nobody scanned the code in time. Ask for a new QR code.';
    case 'close':
      return explainClose(reason);
  }
}

function explainClose(reason: number | null): string {
  switch (reason) {
    case 401:
      return 'The phone logged this connection out. Scan a new QR code to connect again.';
    case 403:
      return 'WhatsApp has blocked this number. Open WhatsApp on the phone to ask for a review; do not reconnect meanwhile.';
    case 402:
    case 406:
      return 'WhatsApp does not accept this number at present. Open WhatsApp on the phone and see what it says.';
    case 440:
      return 'Another program took over this connection. Close it there, then reconnect.';
    case 408:
    case 428:
    case 500:
    case 503:
    case 515:
      return 'The connection dropped and we are trying again. Check that the phone is on and online.';
    default:
      return 'The number is not connected. Reconnect it, or scan a new QR code.';
  }
}
