import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drift, linesOf } from './drift.ts';
import { screenOf } from './screen.ts';
import { svgOf } from './svg.ts';

const ESC = '\u001b';
const SAID = `${ESC}[1m1. Title <&>${ESC}[22m\r\n\r\n   ${ESC}[36m$ toolcrib held AB3DE${ESC}[39m\r\n${ESC}[2m   │ ├─ a, b${ESC}[22m`;

test('a screen has rows of spans, each with its look', () => {
  assert.deepEqual(screenOf(SAID, 80), [
    [{ text: '1. Title <&>', look: 'bold' }],
    [],
    [
      { text: '   ', look: 'plain' },
      { text: '$ toolcrib held AB3DE', look: 'cyan' },
    ],
    [{ text: '   │ ├─ a, b', look: 'dim' }],
  ]);
});

test('what is longer than a row goes on in the next', () => {
  assert.deepEqual(
    screenOf('abcdef', 4).map((line) => line.map(({ text }) => text).join('')),
    ['abcd', 'ef'],
  );
});

test('a screen that can’t be drawn rightly is an error', () => {
  assert.throws(() => screenOf(`${ESC}[31mred`, 80), /not known here/);
  assert.throws(() => screenOf(`${ESC}[2Jcleared`, 80), /neither text nor colour/);
});

test('the picture has each row in words that can be read out of it, and colours for light and dark', () => {
  const svg = svgOf(screenOf(SAID, 80));
  assert.deepEqual(linesOf(svg), ['1. Title <&>', '   $ toolcrib held CODE', '   │ ├─ a, b']);
  assert.match(svg, /prefers-color-scheme: dark/);
  assert.doesNotMatch(svg, /<script|href|url\(/);
});

test('another code, act, UID, time or order is no drift; another command or word is', () => {
  const rows = (text: string) => linesOf(svgOf(screenOf(text, 80)));
  const shown = rows('$ toolcrib held AB3DE\n├─ a\n└─ b act-x 01234567… until 2026-12-01 10:28 UTC');
  assert.deepEqual(
    drift(shown, rows('$ toolcrib held ZZZZ9\n├─ b act-y 89abcdef… until 2026-12-02 11:28 UTC\n└─ a')),
    [],
  );
  assert.match(drift(shown, shown.with(0, '$ toolcrib hold CODE'))[0] ?? '', /commands/);
  assert.match(drift(shown, [...shown, 'more'])[0] ?? '', /does not show: more/);
  assert.match(drift(shown, shown.slice(0, 2))[0] ?? '', /does not say any more/);
});
