import { z } from 'zod';
import { type AllowList, NOTHING_ALLOWED } from './allow-list.js';
import { whyNotPublic } from './public-url.js';
import { toStorableText } from './storable-text.js';

/** Text a person typed: trimmed, storable, at most `max` UTF-16 units; `min` 1 refuses an empty one. */
export const text = (max: number, min = 0) => z.string().overwrite(tidy).min(min).max(max);

// The schema's own limit refuses what is too long; cutting it here would lose the end unseen.
const tidy = (value: string): string => toStorableText(value, Number.MAX_SAFE_INTEGER).trim();

/** The id of something else, in lower case. */
export const id = () => z.uuid().overwrite((value) => value.toLowerCase());

/**
 * An e-mail address, trimmed and in lower case: one account per address, whatever its case. Compatibility forms
 * (fullwidth letters, the Kelvin sign) become what they look like; what is not ASCII then is refused, so that no two
 * accounts differ by a Cyrillic letter only. An internationalised domain is written in its xn-- form.
 */
export const email = () =>
  z
    .string()
    .max(254)
    .overwrite((value) => value.trim().normalize('NFKC').toLowerCase())
    .pipe(z.email())
    .meta({ example: 'ana@example.com' });

/** What `checkInput` looks for to answer URL_NOT_ALLOWED instead of VALIDATION_FAILED. */
export const URL_NOT_ALLOWED = { code: 'URL_NOT_ALLOWED' } as const;

let operatorAllows: AllowList = NOTHING_ALLOWED;

/** Which addresses may be saved although they are not public: one list per installation, given once at its start. */
export function letSaveAddresses(allows: AllowList): void {
  operatorAllows = allows;
}

const whyNotSaved = (value: string) => whyNotPublic(value, operatorAllows);

/** An http(s) address we or the gateway shall call for a tenant; refused where its text already leads inside. */
export const publicUrl = (max = 2_048) => text(max, 1).superRefine(refusePrivate(whyNotSaved)).meta({ format: 'uri' });

/** The same, or nothing: null and an empty text clear what was set. */
export const clearableUrl = (max = 2_048) =>
  text(max)
    .superRefine(refusePrivate((value) => (value === '' ? undefined : whyNotSaved(value))))
    .meta({ format: 'uri' })
    .nullable();

/** The refinement that turns a reason into an issue which `checkInput` answers with URL_NOT_ALLOWED. */
export const refusePrivate =
  (whyNot: (value: string) => string | undefined) => (value: string, context: z.RefinementCtx<string>) => {
    const message = whyNot(value);
    if (message) context.addIssue({ code: 'custom', message, params: URL_NOT_ALLOWED, input: value });
  };

/** A text that may be missing, as `/v2` answers it: its published type is a plain string, so '' stands for none. */
export const plainText = () => z.preprocess((value) => value ?? '', z.string());

/** What a writer of '' means by it: none. Undefined stays: the field was not given. */
export const emptyToNull = <T extends string | null | undefined>(value: T) => (value === '' ? null : value);

/** An IANA time zone this runtime knows ("America/Sao_Paulo"). */
export const timeZone = () =>
  z.string().max(64).refine(isTimeZone, 'is not a time zone (for instance America/Sao_Paulo)');

function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

/** The answer of a route that has nothing to show. */
export const Success = z.object({ success: z.literal(true) });
export const SUCCESS: z.infer<typeof Success> = { success: true };
