import { describe, expect, it } from 'vitest';
import { decideSignIn, type KnownAccounts, type Profile, type SignInDecision } from './decide-sign-in.js';

const email = 'ana@example.com';
const nobody: KnownAccounts = { identityUserId: undefined, byEmail: undefined };
const proven: KnownAccounts = { ...nobody, byEmail: { id: 'ana', isEmailVerified: true } };
const unproven: KnownAccounts = { ...nobody, byEmail: { id: 'ana', isEmailVerified: false } };
const signsIn: SignInDecision = { kind: 'sign-in', userId: 'ana' };

describe('decideSignIn', () => {
  it.each<{ name: string; profile: Partial<Profile>; known: KnownAccounts; expected: SignInDecision }>([
    { name: 'a known identity', profile: {}, known: { ...nobody, identityUserId: 'ana' }, expected: signsIn },
    {
      name: 'a known identity whose e-mail is now somebody else’s',
      profile: {},
      known: { identityUserId: 'ana', byEmail: { id: 'rui', isEmailVerified: true } },
      expected: signsIn,
    },
    {
      name: 'a known identity that has no e-mail any more',
      profile: { email: undefined, isEmailVerified: false },
      known: { ...nobody, identityUserId: 'ana' },
      expected: signsIn,
    },
    { name: 'somebody new', profile: {}, known: nobody, expected: { kind: 'create', email } },
    {
      name: 'somebody new without proof',
      profile: { isEmailVerified: false },
      known: nobody,
      expected: { kind: 'create', email },
    },
    {
      name: 'proof for a proven account',
      profile: {},
      known: proven,
      expected: { kind: 'link', userId: 'ana', email },
    },
    {
      name: 'proof for an unproven account',
      profile: {},
      known: unproven,
      expected: { kind: 'take-over', userId: 'ana', email },
    },
    {
      name: 'no proof for a proven account',
      profile: { isEmailVerified: false },
      known: proven,
      expected: { kind: 'refuse', problem: 'OAUTH_EMAIL_NOT_VERIFIED' },
    },
    {
      name: 'no proof for an unproven account',
      profile: { isEmailVerified: false },
      known: unproven,
      expected: { kind: 'refuse', problem: 'OAUTH_EMAIL_NOT_VERIFIED' },
    },
    {
      name: 'no e-mail',
      profile: { email: undefined },
      known: nobody,
      expected: { kind: 'refuse', problem: 'OAUTH_EMAIL_MISSING' },
    },
  ])('$name', ({ profile, known, expected }) => {
    const whole = { subject: '1', email, isEmailVerified: true, name: 'Ana', picture: undefined, ...profile };
    expect(decideSignIn(whole, known)).toEqual(expected);
  });
});
