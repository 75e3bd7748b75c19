import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from './config.js';

const kept = (_folder: string, name: string) => `kept ${name}`;
const parse = (env: Record<string, string>) => parseConfig(env, kept);
const problems = (env: Record<string, string>): readonly string[] => {
  try {
    parse(env);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
};
const production = {
  NODE_ENV: 'production',
  EVOLUTION_API_URL: 'https://evo.example.com/',
  EVOLUTION_API_KEY: 'k',
  OPENAI_API_KEY: 'k',
  JWT_SECRET: 'uN3qVb8xT1mZ6yR0pL4sW7kD2fH9jC5a',
  SECRETS_KEY: 'aC5jH9fD2kW7sL4pR0yZ6mT1xV8bQ3nU',
};

describe('parseConfig', () => {
  it('needs nothing', () => {
    expect(parse({})).toMatchObject({
      port: 5000,
      host: '127.0.0.1',
      role: 'all',
      databaseUrl: undefined,
      evolution: undefined,
      jwtSecret: 'kept jwt-secret',
      secretsKey: 'kept secrets-key',
      registration: 'open',
      workerConcurrency: 500,
      trustProxy: false,
    });
  });

  it('takes blank values for unset', () => {
    expect(parse({ PORT: '', DATABASE_URL: ' ', EVOLUTION_API_URL: '' })).toMatchObject({
      port: 5000,
      evolution: undefined,
    });
  });

  it('is complete in production and closes registration', () => {
    expect(parse(production)).toMatchObject({
      registration: 'invite',
      evolution: { url: 'https://evo.example.com', apiKey: 'k' },
    });
  });

  it.each([
    { name: 'a port that is none', env: { PORT: 'http' }, expected: 'PORT' },
    { name: 'a destination without a port', env: { OUTBOUND_ALLOW: 'erp.lan' }, expected: 'OUTBOUND_ALLOW' },
    { name: 'a role nobody knows', env: { ROLE: 'both' }, expected: 'ROLE' },
    { name: 'a database that is not PostgreSQL', env: { DATABASE_URL: 'mysql://x/y' }, expected: 'DATABASE_URL' },
    {
      name: 'a gateway that is no URL',
      env: { EVOLUTION_API_URL: 'evo:8080', EVOLUTION_API_KEY: 'k' },
      expected: 'EVOLUTION_API_URL',
    },
    { name: 'a gateway without its key', env: { EVOLUTION_API_URL: 'http://evo:8080' }, expected: 'EVOLUTION_API_KEY' },
    {
      name: 'a lone worker on the embedded database',
      env: { ...production, NODE_ENV: '', ROLE: 'worker' },
      expected: 'DATABASE_URL',
    },
    {
      name: 'split processes that simulate',
      env: { ROLE: 'api', DATABASE_URL: 'postgres://x/y' },
      expected: 'EVOLUTION_API_URL',
    },
    { name: 'production without a secret', env: { ...production, JWT_SECRET: '' }, expected: 'JWT_SECRET' },
    { name: 'production with a short secret', env: { ...production, JWT_SECRET: 'short' }, expected: 'JWT_SECRET' },
    {
      name: 'production with an example secret',
      env: { ...production, SECRETS_KEY: 'change-me-change-me-change-me-change-me' },
      expected: 'SECRETS_KEY',
    },
    {
      name: 'production with one letter 40 times',
      env: { ...production, JWT_SECRET: 'a'.repeat(40) },
      expected: 'JWT_SECRET',
    },
    {
      name: 'production with the simulator',
      env: { ...production, EVOLUTION_API_URL: '' },
      expected: 'EVOLUTION_API_URL',
    },
    {
      name: 'production with the offline model',
      env: { ...production, OPENAI_API_KEY: '' },
      expected: 'OPENAI_API_KEY',
    },
  ])('refuses $name in one line that names it', ({ env, expected }) => {
    const found = problems({ ...env } as never);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${expected} `));
  });

  it('names every problem at once', () => {
    expect(problems({ PORT: 'x', ROLE: 'y' })).toHaveLength(2);
  });

  it.each([
    { name: 'yes', input: 'true', expected: true },
    { name: 'hops', input: '2', expected: 2 },
    { name: 'addresses', input: '10.0.0.1,10.0.0.2', expected: '10.0.0.1,10.0.0.2' },
  ])('reads TRUST_PROXY: $name', ({ input, expected }) => {
    expect(parse({ TRUST_PROXY: input }).trustProxy).toBe(expected);
  });
});
