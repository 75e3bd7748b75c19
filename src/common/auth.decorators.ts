import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { AppError } from './app-error.js';

/** Who sent the request, as the global guard found out. */
export interface SignedIn {
  /** The person; for an API key, who made it. */
  readonly userId: string;
  /** Set when a program signed in with a key: it reaches this workspace only, with the key's role. */
  readonly apiKey?: { readonly id: string; readonly workspaceId: string };
}

/** A request the guard has let through; `user` is missing on public routes. */
export interface MaybeSignedInRequest {
  user?: SignedIn;
}

/** Metadata key of `@Public()`. */
export const IS_PUBLIC = 'tawkee:public';

/** OpenAPI carries this extension to `buildOpenApi`: the operation needs no token. */
export const PUBLIC_EXTENSION = 'x-tawkee-public';

/** Marks a controller or a route that needs no sign-in; the global guard lets everybody through. */
export const Public = () => applyDecorators(SetMetadata(IS_PUBLIC, true), ApiExtension(PUBLIC_EXTENSION, true));

/** Answers who is asking, a person or an API key. @throws UNAUTHORIZED on a public route, where nobody is known */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): SignedIn => who(context));

/**
 * Answers the person who is asking: for what belongs to an account and not to a workspace.
 * @throws FORBIDDEN for an API key
 */
export const CurrentPerson = createParamDecorator((_: unknown, context: ExecutionContext): SignedIn => {
  const user = who(context);
  if (user.apiKey) throw new AppError('FORBIDDEN', 'An API key cannot do this; sign in as a person');
  return user;
});

function who(context: ExecutionContext): SignedIn {
  const { user } = context.switchToHttp().getRequest<MaybeSignedInRequest>();
  if (!user) throw new AppError('UNAUTHORIZED');
  return user;
}
