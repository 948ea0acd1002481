import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { teller } from './tell.ts';

/** What is written, without colours: it is no terminal. */
function told(tell: (tell: ReturnType<typeof teller>) => void): string[] {
  const out = new PassThrough();
  tell(teller(out as unknown as NodeJS.WriteStream));
  let text = '';
  for (let part = out.read(); part !== null; part = out.read()) text += part;
  return text.replaceAll(/\u001b\[\d*m/g, '').split('\n');
}

test('what is told stands in 80 columns, and nothing of it is lost', () => {
  const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');
  const lines = told((tell) => {
    tell.line(words);
    tell.quote(`one\n  ${words}`);
  });
  for (const line of lines) assert.ok(line.length <= 80, line);
  assert.ok(lines.length > 10);
  const quoted = lines.filter((line) => line.includes('│'));
  const joined = (rows: string[]) => rows.map((row) => row.replace('│', '').trim()).join(' ');
  assert.equal(joined(lines.filter((line) => line !== '' && !line.includes('│'))), words);
  assert.equal(joined(quoted), `one ${words}`);
  assert.ok(
    quoted.slice(1).every((line) => line.startsWith('   │   word')),
    quoted.join('\n'),
  );
});

test('a command to be copied is not broken, and what is plain stands as it is', () => {
  const long = 'x'.repeat(60);
  const lines = told((tell) => {
    tell.command(`${long} ${long}`);
    tell.plain(`${long} ${long}`);
    tell.line();
    tell.line('  as far in');
  });
  assert.deepEqual(lines, [`   $ ${long} ${long}`, `${long} ${long}`, '', '     as far in', '']);
});
