import { ApiHeader } from '@nestjs/swagger';

/** Documents that a browser may have the refresh token in a cookie. */
export const CookieSession = () =>
  ApiHeader({
    name: 'X-Session',
    required: false,
    schema: { type: 'string', enum: ['cookie'] },
    description: 'Keeps the refresh token in a cookie no script can read, and out of every body',
  });
