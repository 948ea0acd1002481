import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ToolcribErrorCode } from '@toolcrib/model';
import type { Context } from './context.ts';
import { operations } from './index.ts';
import { type Operation, type OperationName, operationNames, perform } from './operation.ts';

/** An input of each with which something is to be had in the world that the context opens. */
export type Examples = { readonly [Name in OperationName]: Record<string, unknown> };

/**
 * What holds for every operation, whatever it does.
 * @param refused by what each is refused in the world that the context opens, where there is nothing to be had
 */
export function operationContract(
  context: () => Context,
  examples: Examples,
  refused: Partial<Record<OperationName, ToolcribErrorCode>> = {},
): void {
  for (const name of operationNames) {
    const one: Operation = operations[name];

    describe(name, () => {
      it('has its own name, and says what it does in a sentence', () => {
        assert.equal(one.name, name);
        assert.match(one.title, /^[A-Z].*\.$/);
      });

      it('opens nothing for an input that is none, and says what is wrong with it', async () => {
        const untouched = new Proxy({} as Context, {
          get: (_, what) => assert.fail(`it asked for ${String(what)}`),
        });
        const [field = 'none'] = Object.keys(examples[name]);
        for (const input of [undefined, 'text', { ...examples[name], unheardOf: 1 }, { [field]: { no: 1 } }])
          await assert.rejects(
            perform(one, untouched, input),
            (error: { code?: string; message: string }) => {
              assert.equal(error.code, 'usage', error.message);
              assert.match(error.message, new RegExp(`^${name} can't be asked so\\.`));
              return true;
            },
          );
      });

      it('gives what its schemas say, and what can cross a wire', async () => {
        const told: unknown[] = [];
        const code = refused[name];
        if (code !== undefined)
          return assert.rejects(perform(one, context(), examples[name]), { name: 'ToolcribError', code });
        const value = await perform(one, context(), examples[name], (event) => told.push(event));
        one.output.parse(value);
        const sent = JSON.parse(JSON.stringify(value));
        // What older records don't have a schema may fill in; it leaves nothing out.
        assert.partialDeepStrictEqual({ value: one.output.parse(sent) }, { value: sent });
        for (const event of told) (one.event ?? assert.fail('it has no events')).parse(event);
      });
    });
  }

  it('knows no process, no terminal and no exit code', () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => /\.ts$/.test(file) && !/\.(test|contract)\.ts$/.test(file));
    assert.ok(sources.length > operationNames.length);
    for (const file of sources)
      assert.doesNotMatch(
        readFileSync(join(import.meta.dirname, file), 'utf8'),
        /\bprocess\.[a-z]|\bconsole\.|node:(process|os|fs|net|child_process|readline)|exitCode|\.isTTY/,
        file,
      );
  });
}
