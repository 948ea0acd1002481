import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { asking, Ended } from './asking.ts';

function aTerminal() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const shown: string[] = [];
  output.setEncoding('utf8').on('data', (text: string) => shown.push(text));
  return { input, to: asking(input, output), shown: () => shown.join('') };
}
const number = (answer: string) => (/^\d+$/.test(answer) ? Number(answer) : undefined);

test('each question is shown with its default, which an empty answer means; a wrong one is asked again', async () => {
  const { input, to, shown } = aTerminal();
  input.write('\nmany\n7\n');
  assert.equal(await to.question('How many?', '3', number, 'A number, please.'), 3);
  assert.equal(await to.question('How many more?', '4', number, 'A number, please.'), 7);
  assert.match(shown(), /How many\? \[3\] /);
  assert.match(shown(), /How many more\? \[4\] many\nA number, please\.\nHow many more\? \[4\] 7\n/);
  to.close();
});

test('yes and no, in what people type', async () => {
  for (const [typed, preset, means] of [
    ['', true, true],
    ['', false, false],
    ['y', false, true],
    ['YES', false, true],
    ['n', true, false],
    [' No ', true, false],
    ['yeah\nn', true, false],
  ] as const) {
    const { input, to } = aTerminal();
    input.write(`${typed}\n`);
    assert.equal(await to.yes('Go on?', preset), means, typed);
    to.close();
  }
});

test('the end of the input ends the questions, whether one waits or not', async () => {
  const { input, to } = aTerminal();
  const waits = assert.rejects(to.yes('Go on?', true), Ended);
  input.end();
  await waits;
  await assert.rejects(to.yes('And now?', true), Ended);
});
