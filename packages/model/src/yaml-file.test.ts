import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { ToolcribError } from './errors.ts';
import { parseYamlFile } from './yaml-file.ts';

const schema = z.strictObject({
  name: z.string(),
  list: z.array(z.strictObject({ port: z.number().int() })).default([]),
});
const fault = (text: string): ToolcribError => {
  try {
    parseYamlFile(text, 'f.yaml', schema);
  } catch (error) {
    assert.ok(error instanceof ToolcribError);
    assert.equal(error.code, 'bad-file');
    return error;
  }
  return assert.fail('it was taken');
};

describe('a file that a person wrote', () => {
  it('is read, in YAML or JSON, with its defaults', () => {
    assert.deepEqual(parseYamlFile('name: a\n', 'f.yaml', schema), { name: 'a', list: [] });
    assert.deepEqual(parseYamlFile('{"name": "a", "list": [{"port": 1}]}', 'f', schema).list, [{ port: 1 }]);
  });

  for (const [what, text, message] of [
    ['broken YAML', 'name: a\nlist: [\n', /^f\.yaml:3:1: /],
    ['a key twice', 'name: a\nname: b\n', /^f\.yaml:2:1: /],
    [
      'a wrong type deep in it',
      'name: a\nlist:\n  - port: 1\n  - port: x\n',
      /^f\.yaml:4:11: list\.1\.port: /,
    ],
    ['an unknown key', 'name: a\nlist: [{port: 1, prot: 2}]\n', /^f\.yaml:2:\d+: list\.0\.prot: /],
    ['what is missing', 'list: []\n', /^f\.yaml:1:1: name: /],
    ['another thing altogether', '- a\n', /^f\.yaml:1:1: \(the file\): /],
    ['nothing', '', /^f\.yaml:1:1: /],
  ] as const) {
    it(`${what}: line and column`, () => assert.match(fault(text).message, message));
  }

  it('names every fault, one a line', () => {
    const { message } = fault('list:\n  - port: x\n  - port: y\n');
    assert.equal(message.split('\n').length, 3);
  });

  it('does not blow up', () => {
    const lines = ['a: &a [x]'];
    for (let i = 0; i < 30; i++)
      lines.push(`b${i}: &b${i} [${`*${i === 0 ? 'a' : `b${i - 1}`},`.repeat(9)}]`);
    assert.throws(() => parseYamlFile(lines.join('\n'), 'f.yaml', schema));
  });
});
