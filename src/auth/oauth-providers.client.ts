import { createHmac } from 'node:crypto';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import * as oidc from 'openid-client';
import { z } from 'zod';
import { email } from '../common/fields.js';
import { CONFIG, type OAuthClient, type RuntimeConfig } from '../config.js';
import { createUndiciFetch } from '../openai/undici-fetch.client.js';
import type { Profile } from './decide-sign-in.js';

export type OAuthProvider = 'google' | 'facebook';

/** The secrets of one sign-in, each good once: who began it, which code is ours, which token answers it. */
export interface OAuthSecrets {
  readonly state: string;
  readonly codeVerifier: string;
  readonly nonce: string;
}

const GOOGLE_ISSUER = 'https://accounts.google.com';
/** Facebook publishes no metadata for its plain OAuth 2.0 (https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow). */
const FACEBOOK = {
  issuer: 'https://www.facebook.com',
  authorization_endpoint: 'https://www.facebook.com/dialog/oauth',
  token_endpoint: 'https://graph.facebook.com/oauth/access_token',
  profile_endpoint: 'https://graph.facebook.com/me',
};
const SCOPES = { google: 'openid email profile', facebook: 'email public_profile' } as const;

/** A person is waiting in front of a white page meanwhile. */
const TIMEOUT_SECONDS = 10;

const Email = email().optional().catch(undefined);
const GoogleClaims = z.object({
  sub: z.string().min(1).max(255),
  email: Email,
  email_verified: z.boolean().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  picture: z.string().optional().catch(undefined),
});
const FacebookProfile = z.object({
  id: z.string().min(1).max(255),
  email: Email,
  name: z.string().optional().catch(undefined),
  picture: z
    .object({ data: z.object({ url: z.string() }) })
    .optional()
    .catch(undefined),
});

/** Speaks to Google (OpenID Connect) and Facebook (OAuth 2.0 and its Graph API); keeps nothing. */
@Injectable()
export class OAuthProvidersClient implements OnModuleDestroy {
  private readonly http = createUndiciFetch({ connections: 8, connectMs: 5_000 });
  private google: Promise<oidc.Configuration> | undefined;

  constructor(@Inject(CONFIG) private readonly config: RuntimeConfig) {}

  onModuleDestroy(): Promise<void> {
    return this.http.close();
  }

  /** Whether this installation is registered with the provider. */
  offers(provider: OAuthProvider): boolean {
    return this.config[provider] !== undefined;
  }

  /** Where the browser goes to sign in. @throws whatever keeps the provider's metadata from being read */
  async authorizationUrl(provider: OAuthProvider, { state, codeVerifier, nonce }: OAuthSecrets): Promise<string> {
    const url = oidc.buildAuthorizationUrl(await this.configurationOf(provider), {
      redirect_uri: this.callbackUrl(provider).href,
      scope: SCOPES[provider],
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...(provider === 'google' && { nonce }),
    });
    return url.href;
  }

  /**
   * Who came back, by the query of the callback: its code is exchanged, the tokens are checked.
   * @throws whatever is wrong with the answer, or keeps it from coming
   */
  async readProfile(provider: OAuthProvider, query: URLSearchParams, secrets: OAuthSecrets): Promise<Profile> {
    const configuration = await this.configurationOf(provider);
    const currentUrl = this.callbackUrl(provider);
    currentUrl.search = query.toString();
    const tokens = await oidc.authorizationCodeGrant(configuration, currentUrl, {
      expectedState: secrets.state,
      pkceCodeVerifier: secrets.codeVerifier,
      ...(provider === 'google' && { expectedNonce: secrets.nonce, idTokenExpected: true }),
    });
    return provider === 'google'
      ? toGoogleProfile(tokens.claims())
      : this.askFacebook(configuration, tokens.access_token);
  }

  private async askFacebook(configuration: oidc.Configuration, accessToken: string): Promise<Profile> {
    const { clientSecret, issuer } = this.clientOf('facebook');
    const url = new URL(issuer ? `${issuer}/me` : FACEBOOK.profile_endpoint);
    url.searchParams.set('fields', 'id,name,email,picture');
    // Apps may demand it, and all may send it: proof that a server asks, not a thief of the token.
    url.searchParams.set('appsecret_proof', createHmac('sha256', clientSecret).update(accessToken).digest('hex'));
    const response = await oidc.fetchProtectedResource(configuration, accessToken, url, 'GET');
    if (response.status !== 200) throw new Error(`Facebook answered ${response.status} to the question who it is`);
    const { id, email, name, picture } = FacebookProfile.parse(await response.json());
    // Facebook does not say whether it ever proved the address.
    return { subject: id, email, isEmailVerified: false, name, picture: picture?.data.url };
  }

  private callbackUrl(provider: OAuthProvider): URL {
    return new URL(`${this.config.publicUrl}/auth/${provider}/callback`);
  }

  private clientOf(provider: OAuthProvider): OAuthClient {
    const client = this.config[provider];
    if (!client) throw new Error(`this installation is not registered with ${provider}`);
    return client;
  }

  private configurationOf(provider: OAuthProvider): Promise<oidc.Configuration> {
    if (provider === 'facebook') return Promise.resolve(this.configureFacebook());
    this.google ??= this.discoverGoogle().catch((error: unknown) => {
      this.google = undefined;
      throw error;
    });
    return this.google;
  }

  private async discoverGoogle(): Promise<oidc.Configuration> {
    const { clientId, clientSecret, issuer } = this.clientOf('google');
    return oidc.discovery(new URL(issuer ?? GOOGLE_ISSUER), clientId, clientSecret, undefined, {
      [oidc.customFetch]: this.fetch,
      timeout: TIMEOUT_SECONDS,
      // Not required of a token that came straight from the provider, but one wall more.
      execute: [oidc.enableNonRepudiationChecks, ...(issuer ? [oidc.allowInsecureRequests] : [])],
    });
  }

  private configureFacebook(): oidc.Configuration {
    const { clientId, clientSecret, issuer } = this.clientOf('facebook');
    const server = issuer
      ? { issuer, authorization_endpoint: `${issuer}/dialog/oauth`, token_endpoint: `${issuer}/oauth/access_token` }
      : FACEBOOK;
    const configuration = new oidc.Configuration(server, clientId, clientSecret);
    configuration[oidc.customFetch] = this.fetch;
    configuration.timeout = TIMEOUT_SECONDS;
    if (issuer) oidc.allowInsecureRequests(configuration);
    return configuration;
  }

  private readonly fetch: oidc.CustomFetch = (url, { method, headers, body, signal }) =>
    this.http.fetch(url, { method, headers, body: body ? String(body) : null, signal: signal ?? null });
}

function toGoogleProfile(claims: unknown): Profile {
  const { sub, email, email_verified, name, picture } = GoogleClaims.parse(claims);
  return { subject: sub, email, isEmailVerified: email !== undefined && email_verified === true, name, picture };
}
