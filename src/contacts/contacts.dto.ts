import { z } from 'zod';
import { AppError } from '../common/app-error.js';
import { email, emptyToNull, id, plainText, publicUrl, text } from '../common/fields.js';
import { normalisePhone } from '../common/normalise-phone.js';
import { readFieldValue, readInstant } from './read-field-value.js';

const GivenValues = z
  .array(
    z.object({
      customFieldId: id(),
      value: z.union([z.string(), z.number(), z.boolean()]).nullable().optional().meta({ example: 'VIP' }),
    }),
  )
  .max(200);
export type GivenValues = z.infer<typeof GivenValues>;

/** What a person may write. Null and '' both mean none. */
const writable = {
  name: text(200).nullable().meta({ example: 'Rita Alves' }),
  phone: text(40).nullable().meta({ example: '+55 81 99999-0000' }),
  email: email().or(z.literal('')).nullable().meta({ example: 'rita@example.com' }),
  picture: publicUrl().nullable().meta({ example: 'https://example.com/rita.jpg' }),
  birthday: z
    .union([z.number(), z.string()])
    .refine((value) => readInstant(value) !== undefined, 'must be milliseconds since 1970 (UTC), or "1990-05-17"')
    .nullable()
    .meta({ example: 642_902_400_000 }),
  gender: text(64).nullable().meta({ example: 'female' }),
  jobTitle: text(200).nullable().meta({ example: 'Buyer' }),
  customFieldValues: GivenValues.meta({ example: [] }),
};

export const CreateContactBody = z
  .object({ ...writable, name: text(200, 1).meta({ example: 'Rita Alves' }) })
  .partial()
  .required({ name: true });
export type CreateContactBody = z.infer<typeof CreateContactBody>;

/** What GET answers and PUT cannot change is taken and left alone, so that a read contact can be sent back whole. */
export const UpdateContactBody = z
  .object({ ...writable, id: z.string(), recipient: z.string(), createdAt: z.string() })
  .partial();
export type UpdateContactBody = z.infer<typeof UpdateContactBody>;

const values = z.array(
  z.object({ customFieldId: z.string(), value: z.union([z.string(), z.number(), z.boolean()]).nullable() }),
);

const listed = {
  id: z.string(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  picture: z.string().nullable(),
  /** The address people write to: that of the newest chat; '' before the first. */
  recipient: z.string(),
  /** Midnight UTC of the day, in ms. */
  birthday: z.int().nullable(),
  gender: z.string().nullable(),
  jobTitle: z.string().nullable(),
};
const own = z.object({ ...listed, customFieldValues: values, createdAt: z.iso.datetime() });

/** A contact as each face shows it; the published list, the published answer to a read and to a change differ a little. */
export const ListedContactAnswer = { v2: z.object({ ...listed, jobTitle: plainText() }), own };
export const ContactAnswer = { v2: z.object({ ...listed, customFieldValues: values }), own };
export const UpdatedContactAnswer = {
  v2: z.object({ ...listed, name: plainText(), phone: plainText(), customFieldValues: values }),
  own,
};

/** A contact as the queries read it. */
export interface ContactRow {
  id: string;
  name: string | null;
  phone: string | null;
  email: string | null;
  picture: string | null;
  recipient: string;
  birthday_ms: number | null;
  gender: string | null;
  job_title: string | null;
  field_values: z.infer<typeof values>;
  created_at: Date;
}

export function toContactView(row: ContactRow): z.input<typeof own> {
  return {
    id: row.id,
    name: row.name,
    phone: row.phone,
    email: row.email,
    picture: row.picture,
    recipient: row.recipient,
    birthday: row.birthday_ms,
    gender: row.gender,
    jobTitle: row.job_title,
    customFieldValues: row.field_values,
    createdAt: row.created_at.toISOString(),
  };
}

/**
 * What a body asks of the table; a field left out is undefined and stays. A phone is kept as its digits; one that is
 * `storedPhone` passes as it is, since the API channel takes whatever its clients call a phone. @throws VALIDATION_FAILED
 */
export function toContactData(body: UpdateContactBody, storedPhone: string | null) {
  const { name, email: address, picture, gender, jobTitle, birthday } = body;
  return {
    name: emptyToNull(name),
    phone: toStoredPhone(emptyToNull(body.phone), storedPhone),
    email: emptyToNull(address),
    picture,
    gender: emptyToNull(gender),
    jobTitle: emptyToNull(jobTitle),
    birthday: toDay(birthday),
  };
}

function toDay(given: string | number | null | undefined): Date | null | undefined {
  if (given === null || given === undefined) return given;
  const read = readFieldValue('DATE', given);
  return 'value' in read ? new Date(read.value as number) : undefined;
}

function toStoredPhone(given: string | null | undefined, stored: string | null) {
  if (given === null || given === undefined || given === stored) return given;
  const digits = normalisePhone(given);
  if (digits) return digits;
  const message = 'is not a phone number with its country code, such as +55 81 99999-0000';
  throw new AppError('VALIDATION_FAILED', undefined, { errors: [{ path: 'phone', message }] });
}
