// Alone in its process: it looks at what is loaded for the first time.
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';

test('what every command imports brings neither zod nor CEL: they weigh more than all the rest', async () => {
  const asked: string[] = [];
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      asked.push(specifier);
      return next(specifier, context);
    },
  });
  try {
    await import('./index.ts');
    assert.ok(asked.includes('@toolcrib/kube'), asked.join());
    assert.deepEqual(
      asked.filter((name) => ['zod', '@bufbuild/cel'].includes(name)),
      [],
    );
    await import('./records/kinds.ts');
    assert.ok(asked.includes('zod'), 'it is seen where it is');
  } finally {
    hooks.deregister();
  }
});
