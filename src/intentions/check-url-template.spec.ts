import { describe, expect, it } from 'vitest';
import { whyNotUrlTemplate } from './check-url-template.js';

describe('whyNotUrlTemplate', () => {
  it.each([
    'https://example.com',
    'https://example.com/orders/{{orderId}}',
    'https://example.com/{{ orderId }}/items?size={{size}}#{{anchor}}',
    'https://example.com?order={{orderId}}',
    'http://93.184.216.34/{{contact.name}}',
  ])('allows %s', (value) => {
    expect(whyNotUrlTemplate(value)).toBeUndefined();
  });

  it.each([
    { value: 'https://{{host}}/x', expected: /host/ },
    { value: 'https://example.com{{x}}/', expected: /host/ },
    { value: 'https://example.com:{{port}}/', expected: /host/ },
    { value: 'https://{{user}}@example.com/', expected: /host/ },
    { value: '{{url}}', expected: /host/ },
    { value: '{{scheme}}://example.com/', expected: /host/ },
    { value: 'https:/{{host}}.com/', expected: /host/ },
    { value: 'https:{{host}}.com/', expected: /host/ },
    { value: 'https:///{{host}}.com/', expected: /host/ },
    { value: 'https://\\{{host}}.com/', expected: /host/ },
    { value: 'https://?{{host}}.com/', expected: /host/ },
    { value: 'https://example.com\\{{x}}.evil.example/', expected: /host/ },
    { value: 'https://example.com/{{a b}}', expected: /placeholder/ },
    { value: 'https://example.com/{{a', expected: /placeholder/ },
    { value: 'https://example.com/a}}', expected: /placeholder/ },
    { value: 'https://example.com/{{}}', expected: /placeholder/ },
    { value: 'https://127.0.0.1/{{a}}', expected: /public/ },
    { value: 'https://name.internal/{{a}}', expected: /public/ },
    { value: 'https://example.com:8080/{{a}}', expected: /port/ },
    { value: 'file:///etc/{{a}}', expected: /host/ },
    { value: 'file:///etc/passwd', expected: /http/ },
    { value: 'orders/{{a}}', expected: /host/ },
  ])('refuses $value', ({ value, expected }) => {
    expect(whyNotUrlTemplate(value)).toMatch(expected);
  });

  it.each(['a!'.repeat(50_000), '{{'.repeat(50_000), '{{ '.repeat(50_000), `https://e.com/${'{{a'.repeat(30_000)}`])(
    'ends soon on hostile text',
    (value) => {
      expect(whyNotUrlTemplate(value)).toBeTypeOf('string');
    },
  );
});
