/** What a provider says about the person who came back from it, once its answer was checked. */
export interface Profile {
  /** The provider's own id of the person; it never changes. */
  readonly subject: string;
  /** In lower case; undefined where the provider knows none or keeps it. */
  readonly email: string | undefined;
  /** Whether the provider itself has proof that the address is this person's. */
  readonly isEmailVerified: boolean;
  readonly name: string | undefined;
  readonly picture: string | undefined;
}

/** What is stored about a profile: whose identity it is, and whose e-mail. */
export interface KnownAccounts {
  /** The account that this identity already opens. */
  readonly identityUserId: string | undefined;
  /** The account that has the profile's e-mail. */
  readonly byEmail: { readonly id: string; readonly isEmailVerified: boolean } | undefined;
}

/** Why a sign-in through a provider ended without one. The console has a sentence for each. */
export type OAuthProblem =
  | 'OAUTH_FAILED'
  | 'OAUTH_CANCELLED'
  | 'OAUTH_EMAIL_MISSING'
  | 'OAUTH_EMAIL_NOT_VERIFIED'
  | 'REGISTRATION_CLOSED';

/** What becomes of a profile. */
export type SignInDecision =
  | { readonly kind: 'sign-in'; readonly userId: string }
  | { readonly kind: 'create'; readonly email: string }
  | { readonly kind: 'link'; readonly userId: string; readonly email: string }
  | { readonly kind: 'take-over'; readonly userId: string; readonly email: string }
  | { readonly kind: 'refuse'; readonly problem: OAuthProblem };

/**
 * Decides whom a profile signs in. An account is reached by its e-mail only with the provider's proof of the address;
 * where the account itself was never proven, whoever opened it may have been waiting for the owner of the address to
 * come ("Pre-hijacked accounts", Sudhodanan and Paverd, USENIX Security 2022): then the proof takes the account over.
 */
export function decideSignIn(profile: Profile, { identityUserId, byEmail }: KnownAccounts): SignInDecision {
  if (identityUserId !== undefined) return { kind: 'sign-in', userId: identityUserId };
  const { email, isEmailVerified } = profile;
  if (email === undefined) return { kind: 'refuse', problem: 'OAUTH_EMAIL_MISSING' };
  if (!byEmail) return { kind: 'create', email };
  if (!isEmailVerified) return { kind: 'refuse', problem: 'OAUTH_EMAIL_NOT_VERIFIED' };
  return { kind: byEmail.isEmailVerified ? 'link' : 'take-over', userId: byEmail.id, email };
}
