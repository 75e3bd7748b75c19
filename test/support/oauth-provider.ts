import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { closeServer, listen, readBody, sendJson } from '../../simulator/http-json.js';

/** Who is signed in at the provider. */
export interface ProviderPerson {
  readonly subject: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly name?: string;
  readonly picture?: string;
}

/** What goes wrong at the provider; each field replaces what would have been right. */
export interface ProviderMischief {
  /** The person refuses, or the provider does: the browser comes back with this error instead of a code. */
  readonly error?: string;
  readonly nonce?: string;
  readonly audience?: string;
  readonly issuer?: string;
  /** The ID token is signed by a key the provider never published. */
  readonly foreignKey?: boolean;
  readonly tokenStatus?: number;
  readonly metadataStatus?: number;
  readonly profileStatus?: number;
}

/** A request the provider answered, as far as tests look at it. */
export interface SeenAuthorization {
  readonly redirectUri: string;
  readonly challengeMethod: string;
  readonly scope: string;
  readonly hasNonce: boolean;
}

/** Google's OpenID Connect and Facebook's OAuth 2.0 in one server on loopback. */
export interface OAuthProviderServer {
  /** Its address and its issuer. */
  readonly url: string;
  readonly client: { readonly clientId: string; readonly clientSecret: string; readonly issuer: string };
  readonly authorizations: readonly SeenAuthorization[];
  person: ProviderPerson;
  mischief: ProviderMischief;
  close(): Promise<void>;
}

interface Grant {
  readonly person: ProviderPerson;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string | undefined;
}

const CLIENT = { clientId: 'the-client', clientSecret: 'the-secret-of-the-client' };

/**
 * Starts the provider. Nobody is asked anything: whoever opens the dialog is `person` at once. It refuses what the real
 * ones refuse: a client, secret, redirect_uri or PKCE verifier that does not fit, and a code that comes twice.
 */
export async function startOAuthProvider(): Promise<OAuthProviderServer> {
  const published = await generateKeyPair('RS256');
  const foreign = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(published.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const grants = new Map<string, Grant>();
  const accessTokens = new Map<string, ProviderPerson>();
  const authorizations: SeenAuthorization[] = [];

  const server = createServer((req, res) => {
    void answer(req, res).catch((error: unknown) => sendJson(res, 500, { error: String(error) }));
  });
  const url = await listen(server, 0, '127.0.0.1');
  const self: OAuthProviderServer = {
    url,
    client: { ...CLIENT, issuer: url },
    authorizations,
    person: { subject: '1' },
    mischief: {},
    close: () => closeServer(server),
  };
  return self;

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const asked = new URL(req.url ?? '/', url);
    switch (`${req.method} ${asked.pathname}`) {
      case 'GET /.well-known/openid-configuration':
        return sendJson(res, self.mischief.metadataStatus ?? 200, metadata());
      case 'GET /jwks':
        return sendJson(res, 200, { keys: [jwk] });
      case 'GET /authorize':
      case 'GET /dialog/oauth':
        return authorize(asked.searchParams, res);
      case 'POST /token':
      case 'POST /oauth/access_token':
        return exchange(new URLSearchParams((await readBody(req)).toString()), asked.pathname === '/token', res);
      case 'GET /me':
        return showProfile(req, asked.searchParams, res);
      default:
        return sendJson(res, 404, {});
    }
  }

  function metadata() {
    return {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    };
  }

  function authorize(query: URLSearchParams, res: ServerResponse) {
    const redirectUri = query.get('redirect_uri') ?? '';
    const challenge = query.get('code_challenge') ?? '';
    if (query.get('client_id') !== CLIENT.clientId || query.get('response_type') !== 'code' || !challenge)
      return sendJson(res, 400, { error: 'invalid_request' });
    authorizations.push({
      redirectUri,
      challengeMethod: query.get('code_challenge_method') ?? '',
      scope: query.get('scope') ?? '',
      hasNonce: query.has('nonce'),
    });
    const back = new URL(redirectUri);
    back.searchParams.set('state', query.get('state') ?? '');
    if (self.mischief.error) {
      back.searchParams.set('error', self.mischief.error);
    } else {
      const code = randomBytes(24).toString('base64url');
      grants.set(code, { person: self.person, redirectUri, challenge, nonce: query.get('nonce') ?? undefined });
      back.searchParams.set('code', code);
    }
    res.writeHead(302, { location: back.href }).end();
  }

  async function exchange(form: URLSearchParams, isOidc: boolean, res: ServerResponse): Promise<void> {
    if (self.mischief.tokenStatus) return sendJson(res, self.mischief.tokenStatus, { error: 'server_error' });
    if (form.get('client_id') !== CLIENT.clientId || form.get('client_secret') !== CLIENT.clientSecret)
      return sendJson(res, 401, { error: 'invalid_client' });
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!grant || grant.redirectUri !== form.get('redirect_uri') || grant.challenge !== challenge)
      return sendJson(res, 400, { error: 'invalid_grant' });
    const accessToken = randomBytes(24).toString('base64url');
    accessTokens.set(accessToken, grant.person);
    sendJson(res, 200, {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: 3600,
      ...(isOidc && { id_token: await signIdToken(grant) }),
    });
  }

  function signIdToken({ person, nonce }: Grant): Promise<string> {
    const { mischief } = self;
    return new SignJWT({
      nonce: mischief.nonce ?? nonce,
      email: person.email,
      email_verified: person.email === undefined ? undefined : (person.emailVerified ?? true),
      name: person.name,
      picture: person.picture,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setSubject(person.subject)
      .setIssuer(mischief.issuer ?? url)
      .setAudience(mischief.audience ?? CLIENT.clientId)
      .setIssuedAt()
      .setExpirationTime('5 minutes')
      .sign((mischief.foreignKey ? foreign : published).privateKey);
  }

  function showProfile(req: IncomingMessage, query: URLSearchParams, res: ServerResponse) {
    if (self.mischief.profileStatus) return sendJson(res, self.mischief.profileStatus, { error: {} });
    const accessToken = (req.headers.authorization ?? '').replace(/^Bearer /, '');
    const person = accessTokens.get(accessToken);
    const proof = createHmac('sha256', CLIENT.clientSecret).update(accessToken).digest('hex');
    if (!person || query.get('appsecret_proof') !== proof) return sendJson(res, 400, { error: {} });
    const all: Record<string, unknown> = {
      id: person.subject,
      name: person.name,
      email: person.email,
      picture: person.picture && { data: { url: person.picture } },
    };
    const fields = (query.get('fields') ?? 'id,name').split(',');
    sendJson(res, 200, Object.fromEntries(fields.map((field) => [field, all[field]])));
  }
}
