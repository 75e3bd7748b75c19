import { z } from 'zod';
import { text } from '../common/fields.js';
import { PageQuery } from '../common/pagination.js';
import type { CustomField } from '../prisma/generated/client.js';
import { JSON_NAME } from './name-field.js';
import { FIELD_TYPES } from './read-field-value.js';

const writable = {
  name: text(120, 1).meta({ example: 'Favourite cake' }),
  jsonName: z
    .string()
    .regex(JSON_NAME, 'takes letters, digits and _, and begins with no digit')
    .meta({ example: 'favourite_cake' }),
  description: text(1_000).meta({ example: 'Asked when they order' }),
  type: z.enum(FIELD_TYPES),
  archived: z.boolean(),
};
const readOnly = { id: z.string(), createdAt: z.string(), updatedAt: z.string() };

/** Published clients send the whole object, with what they cannot know yet: that is taken and left alone. */
export const CreateCustomFieldBody = z
  .object({ ...writable, ...readOnly })
  .partial()
  .extend({ name: writable.name, type: writable.type.default('STRING') });
export type CreateCustomFieldBody = z.infer<typeof CreateCustomFieldBody>;

export const UpdateCustomFieldBody = z.object({ ...writable, ...readOnly }).partial();
export type UpdateCustomFieldBody = z.infer<typeof UpdateCustomFieldBody>;

const flag = z.enum(['true', 'false']);

export const ListCustomFieldsQuery = PageQuery.extend({ archived: flag.optional() });
export type ListCustomFieldsQuery = z.infer<typeof ListCustomFieldsQuery>;

export const ToggleArchiveQuery = z.object({ archived: flag.default('false') });
export type ToggleArchiveQuery = z.infer<typeof ToggleArchiveQuery>;

const created = {
  id: z.string(),
  name: z.string(),
  jsonName: z.string(),
  description: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  type: z.enum(FIELD_TYPES),
};
const own = z.object({ ...created, archived: z.boolean() });

/** A field as each face shows it; the published answer to a creation leaves `archived` out. */
export const CustomFieldAnswer = own;
export const CreatedCustomFieldAnswer = { v2: z.object(created), own };

export function toCustomFieldView({ isArchived, createdAt, updatedAt, ...same }: CustomField) {
  return { ...same, archived: isArchived, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
