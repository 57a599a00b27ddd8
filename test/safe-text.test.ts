import { describe, expect, test } from 'vitest';
import { quoteValue, safeText } from '../src/errors.js';
import { html } from '../src/views/page/html.js';

describe('text from outside', () => {
  test.each([
    ['a\x1b[2Jb\u009b1m\r\n\tc\x7f', 'a\\u001b[2Jb\\u009b1m\\r\\n\\tc\\u007f'],
    ['\u2028\u2029\u202e\u2066\u200f\u061c', '\\u2028\\u2029\\u202e\\u2066\\u200f\\u061c'],
    ['\ud800x', '\\ud800x'],
    ['お Größe 👍🏽 👨‍👩‍👧', 'お Größe 👍🏽 👨‍👩‍👧'],
  ])('steers nothing: %j', (text, safe) => {
    expect(safeText(text)).toBe(safe);
    expect(safeText(safe)).toBe(safe);
  });

  test('is cut and quoted on one line', () => {
    expect(quoteValue('a\n\u202e\x9b')).toBe('"a\\n\\u202e\\u009b"');
    expect(quoteValue('x'.repeat(99))).toHaveLength(61);
  });

  test('steers no page', () => {
    expect(html`<p>${'\x1b<b>\u202e'}</p>`.text).toBe('<p>\\u001b&#60;b&#62;\\u202e</p>');
  });
});
