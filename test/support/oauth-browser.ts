import { type Answer, request, type TestApp } from './test-app.js';

/** A browser as far as a sign-in through a provider needs one: it keeps one cookie and follows no redirect by itself. */
export interface OAuthBrowser {
  cookie: string | undefined;
  /** Opens an address; keeps the cookie it is given. */
  open(url: string): Promise<Answer>;
  /** Opens `/auth/<provider>` and what that redirects to; answers the address of the callback, not opened yet. */
  goToProvider(provider: string, query?: string): Promise<string>;
  /** The whole way to the console; answers the query it arrives there with. */
  signIn(provider: string, query?: string): Promise<Record<string, string>>;
  exchange(code: unknown): Promise<Answer>;
}

/** A browser with no cookies yet. */
export function openBrowser(app: TestApp, { language = 'en' } = {}): OAuthBrowser {
  const headers = () => ({ 'accept-language': language, ...(self.cookie && { cookie: self.cookie }) });
  const self: OAuthBrowser = {
    cookie: undefined,
    open: async (url) => {
      const { origin } = new URL(url);
      const answer = await request(origin, 'GET', url.slice(origin.length), { headers: headers() });
      const given = answer.headers['set-cookie']?.split(';')[0];
      if (given) self.cookie = given;
      return answer;
    },
    goToProvider: async (provider, query = '') => {
      const begun = await self.open(`${app.url}/auth/${provider}${query}`);
      return locationOf(await self.open(locationOf(begun)));
    },
    signIn: async (provider, query) => {
      const arrived = new URL(locationOf(await self.open(await self.goToProvider(provider, query))));
      if (arrived.origin + arrived.pathname !== `${app.config.publicUrl}/console/oauth`)
        throw new Error(`arrived at ${arrived.href}`);
      return Object.fromEntries(arrived.searchParams);
    },
    exchange: (code) => request(app.url, 'POST', '/auth/exchange', { body: { code }, headers: headers() }),
  };
  return self;
}

/** Where a redirect leads. */
export function locationOf(answer: Answer): string {
  const { location } = answer.headers;
  if (answer.status !== 302 || !location) throw new Error(`no redirect: ${answer.status} ${answer.text}`);
  return location;
}
