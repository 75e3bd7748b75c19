import { ERRORS, type ErrorCode } from './app-error.js';
import type { OperationDescription } from './describe.decorators.js';

/** What of an operation decides which errors it has. */
export interface OperationTraits {
  readonly isPublic: boolean;
  readonly hasId: boolean;
  readonly hasQuery: boolean;
  readonly hasBody: boolean;
  readonly description: OperationDescription;
}

/** The codes an operation answers, by status: those its shape implies and those it declares. */
export function listErrors(traits: OperationTraits): ReadonlyMap<number, readonly ErrorCode[]> {
  const { isPublic, hasId, hasQuery, hasBody } = traits;
  const { action, errors = [], notFound } = traits.description;
  const isWrite = action !== undefined && action !== 'read' && action !== 'person' && action !== 'operator';
  const codes: ErrorCode[] = [
    ...(hasBody ? (['MALFORMED_JSON'] as const) : []),
    ...(hasBody || hasQuery ? (['VALIDATION_FAILED'] as const) : []),
    ...(hasId ? (['MALFORMED_ID'] as const) : []),
    ...(hasId && notFound !== false ? (['NOT_FOUND'] as const) : []),
    ...(hasBody ? (['UNSUPPORTED_MEDIA_TYPE'] as const) : []),
    ...(isPublic ? [] : (['UNAUTHORIZED'] as const)),
    ...(action !== undefined && action !== 'read' ? (['FORBIDDEN'] as const) : []),
    ...(isWrite ? (['WORKSPACE_SUSPENDED'] as const) : []),
    ...errors,
  ];
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return new Map([...byStatus].sort(([a], [b]) => a - b));
}
