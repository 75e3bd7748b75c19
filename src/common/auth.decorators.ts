import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { AppError } from './app-error.js';

/** Who sent the request, as the global guard found out. */
export interface SignedIn {
  readonly userId: string;
}

/** A request the guard has let through; `user` is missing on public routes. */
export interface MaybeSignedInRequest {
  user?: SignedIn;
}

/** Metadata key of `@Public()`. */
export const IS_PUBLIC = 'tawkee:public';

/** Marks a controller or a route that needs no sign-in; the global guard lets everybody through. */
export const Public = () => SetMetadata(IS_PUBLIC, true);

/** Answers who is asking. @throws UNAUTHORIZED on a public route, where nobody is known */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): SignedIn => {
  const { user } = context.switchToHttp().getRequest<MaybeSignedInRequest>();
  if (!user) throw new AppError('UNAUTHORIZED');
  return user;
});
