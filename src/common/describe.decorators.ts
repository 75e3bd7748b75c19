import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiNotImplementedResponse, ApiOperation } from '@nestjs/swagger';
import type { ErrorCode } from './app-error.js';

/** OpenAPI carries this extension to `buildOpenApi`, which turns it into responses. */
export const DESCRIPTION_EXTENSION = 'x-tawkee-description';

/** What a route's documentation says beyond its shapes. */
export interface OperationDescription {
  /** What a role must be allowed to do (workspaces/role-permissions.ts); `person`: any signed-in person, no API key. */
  readonly action?: 'read' | 'chat' | 'configure' | 'administer' | 'own' | 'person' | 'operator';
  /**
   * The errors this route has besides those that follow from its shape: 401 unless public, 400 and 404 with an id in
   * the path, 400 and 415 with a body, 400 with a query, 403 with an action above `read`.
   */
  readonly errors?: readonly ErrorCode[];
  /** False: an id in the path that is nobody's is not noticed (yet), so 404 is not among the answers. */
  readonly notFound?: false;
  /** A body a newcomer can send, where the one made from the schema would be refused. */
  readonly example?: unknown;
  /** A sentence or two for whoever needs more than the summary. */
  readonly details?: string;
}

/** Documents a route: every operation has a summary, its list of errors, and an example. */
export const Describe = (summary: string, description: OperationDescription = {}) =>
  applyDecorators(
    ApiOperation({ summary, ...(description.details && { description: description.details }) }),
    ApiExtension(DESCRIPTION_EXTENSION, description),
  );

/** Documents a route that is published and not built: no success is among its answers, and 501 is. */
export const DescribeUnbuilt = (summary: string, description: OperationDescription) =>
  applyDecorators(
    Describe(summary, { ...description, errors: [...(description.errors ?? []), 'NOT_IMPLEMENTED'] }),
    // Without a response of its own Nest would document an empty 200.
    ApiNotImplementedResponse(),
  );
