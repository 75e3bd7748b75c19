import { describe, expect, it } from 'vitest';
import { type Hop, keepHeaders, nextHop } from './next-hop.js';

const get: Hop = {
  url: new URL('https://one.example/a/b'),
  method: 'GET',
  headers: { accept: 'text/html', authorization: 'Bearer secret', 'x-key': 'secret' },
  body: null,
};
const post: Hop = {
  url: new URL('https://one.example/a'),
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer secret' },
  body: '{}',
};

describe('nextHop', () => {
  it.each([
    { name: 'an answer', status: 200, location: 'https://two.example/' },
    { name: 'not modified', status: 304, location: 'https://two.example/' },
    { name: 'no location', status: 302, location: undefined },
    { name: 'a location that is none', status: 302, location: 'http://[' },
  ])('ends at $name', ({ status, location }) => {
    expect(nextHop(get, status, location)).toBeNull();
  });

  it.each([
    { status: 301, method: 'GET', body: null },
    { status: 302, method: 'GET', body: null },
    { status: 303, method: 'GET', body: null },
    { status: 307, method: 'POST', body: '{}' },
    { status: 308, method: 'POST', body: '{}' },
  ])('after $status a POST is a $method', ({ status, method, body }) => {
    expect(nextHop(post, status, '/c')).toMatchObject({ method, body });
  });

  it.each([
    {
      name: 'the same origin keeps every header',
      hop: get,
      location: 'c?d=e',
      expected: { href: 'https://one.example/a/c?d=e', headers: get.headers },
    },
    {
      name: 'another host gets no secret',
      hop: get,
      location: '//two.example/',
      expected: { href: 'https://two.example/', headers: { accept: 'text/html' } },
    },
    {
      name: 'another port gets no secret',
      hop: get,
      location: 'https://one.example:444/',
      expected: { href: 'https://one.example:444/', headers: { accept: 'text/html' } },
    },
    {
      name: 'plain HTTP gets no secret',
      hop: get,
      location: 'http://one.example/',
      expected: { href: 'http://one.example/', headers: { accept: 'text/html' } },
    },
    {
      name: 'without a body there is no type of it',
      hop: post,
      location: '/c',
      expected: { href: 'https://one.example/c', headers: { authorization: 'Bearer secret' } },
    },
  ])('$name', ({ hop, location, expected }) => {
    const next = nextHop(hop, 302, location);
    expect({ href: next?.url.href, headers: next?.headers }).toEqual(expected);
  });
});

describe('keepHeaders', () => {
  it.each([
    { name: 'a secret', input: { Authorization: 'Bearer x' }, expected: { authorization: 'Bearer x' } },
    { name: 'whose site it is', input: { Host: 'inside' }, expected: {} },
    { name: 'a length', input: { 'Content-Length': '1', 'Transfer-Encoding': 'chunked' }, expected: {} },
    {
      name: 'the connection',
      input: { Connection: 'upgrade', Upgrade: 'h2c', 'Proxy-Authorization': 'x' },
      expected: {},
    },
    { name: 'who asks', input: { 'User-Agent': 'curl', 'Accept-Encoding': 'br' }, expected: {} },
  ])('$name', ({ input, expected }) => {
    expect(keepHeaders(input as unknown as Record<string, string>)).toEqual(expected);
  });
});
