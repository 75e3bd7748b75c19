/** Where a request came from, as far as limits and language need it. */
export interface Caller {
  readonly address: string;
  readonly acceptLanguage: string | undefined;
}

/** Who is calling: `ip` is the client's own only as far as TRUST_PROXY says who may name it. */
export function callerOf(request: {
  readonly ip: string;
  readonly headers: { readonly 'accept-language'?: string | undefined };
}): Caller {
  return { address: request.ip, acceptLanguage: request.headers['accept-language'] };
}
