import { expect, it } from 'vitest';
import { isOwnOrigin } from './is-own-origin.js';

const ours = ['https://app.example.com', 'https://shop.example.com'];
const none = { origin: undefined, site: undefined };

it.each([
  { name: 'our origin', input: { ...none, origin: 'https://app.example.com' }, expected: true },
  { name: 'another one of ours', input: { ...none, origin: 'https://shop.example.com' }, expected: true },
  { name: 'our name with more after it', input: { ...none, origin: 'https://app.example.com.evil' }, expected: false },
  { name: 'plain HTTP', input: { ...none, origin: 'http://app.example.com' }, expected: false },
  { name: 'a sandboxed page', input: { ...none, origin: 'null' }, expected: false },
  { name: 'only Sec-Fetch-Site, same origin', input: { ...none, site: 'same-origin' }, expected: true },
  { name: 'only Sec-Fetch-Site, same site', input: { ...none, site: 'same-site' }, expected: false },
  {
    name: 'a foreign origin that says same-origin',
    input: { origin: 'https://evil', site: 'same-origin' },
    expected: false,
  },
  { name: 'nothing', input: none, expected: false },
])('$name', ({ input, expected }) => {
  expect(isOwnOrigin(input, ours)).toBe(expected);
});
