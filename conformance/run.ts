// npm run conformance: the sandbox against a real control plane, step by step. Needs Go, as the testbed does.
import { optionsOf } from '../scripts/options.ts';
import { brokenBounds } from './bounds.ts';
import { describeDifferences } from './compare.ts';
import { checkDocument, writeDocument } from './document.ts';
import { idleEntries } from './judge.ts';
import { categories } from './playbook/index.ts';
import type { Outcome, Result } from './result.ts';
import { runSteps } from './run-steps.ts';
import { openPair } from './target.ts';

const usage = `Runs one playbook of requests and of kubectl and helm commands against the sandbox and against a real
control plane, and compares all that comes back.

  npm run conformance                    everything; exit code 1 when a step failed, or a bound is broken
  npm run conformance -- --only STEP     one category, or one step (category/name); may be given again
  npm run conformance -- --show STEP     the same, and the differences of accepted and unserved steps too
  npm run conformance -- --list          the steps
  npm run conformance -- --write         write docs/conformance.md anew
  npm run conformance -- --check         exit code 1 also when docs/conformance.md tells something else
  npm run conformance -- --json          last line: {"steps":N,"identical":M,"accepted":K,"unserved":U,"failed":F}
`;

async function main(): Promise<number> {
  const { values } = optionsOf(
    {
      options: {
        only: { type: 'string', multiple: true },
        show: { type: 'string', multiple: true },
        list: { type: 'boolean' },
        write: { type: 'boolean' },
        check: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    },
    'npm run conformance -- --help',
  );
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const wanted = [...(values.only ?? []), ...(values.show ?? [])];
  const all = categories.flatMap(({ steps }) => steps);
  const steps = all.filter(
    ({ id, category }) => wanted.length === 0 || wanted.some((word) => id === word || category === word),
  );
  if (steps.length === 0) {
    process.stderr.write(
      `No category or step is called ${wanted.join(', ')}. Categories: ${categories.map(({ name }) => name).join(', ')}.\n`,
    );
    return 2;
  }
  if (values.list) {
    for (const { id } of steps) process.stdout.write(`${id}\n`);
    return 0;
  }
  const { testbed, sandbox } = await openPair();
  let results: Result[];
  try {
    results = await runSteps({ testbed, sandbox }, steps, (result) => {
      const showAll = values.show !== undefined;
      const { outcome, step, differences, reason, milliseconds } = result;
      process.stdout.write(
        `${outcome.padEnd(9)} ${step.id} (${(milliseconds / 1000).toFixed(1)} s)${reason ? `: ${reason}` : ''}\n`,
      );
      if (outcome === 'failed' || (showAll && differences.length > 0)) {
        process.stdout.write(`${describeDifferences(differences)}\n`);
      }
    });
  } finally {
    await Promise.all([testbed.close(), sandbox.close()]);
  }
  const count = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length;
  const counts = {
    steps: results.length,
    identical: count('identical'),
    accepted: count('accepted'),
    unserved: count('unserved'),
    failed: count('failed'),
  };
  let failed = counts.failed > 0;
  if (wanted.length === 0) {
    const wrong = [
      ...idleEntries(results).map((entry) => `listed, but not needed: ${entry}`),
      ...brokenBounds(categories, results),
    ];
    for (const line of wrong) process.stdout.write(`${line}\n`);
    failed ||= wrong.length > 0;
    if (values.write) await writeDocument(categories, results);
    if (values.check) {
      const drift = await checkDocument(categories, results);
      if (drift) process.stdout.write(`${drift}\n`);
      failed ||= drift !== undefined;
    }
  }
  const { steps: total, identical, accepted, unserved } = counts;
  process.stdout.write(
    values.json
      ? `${JSON.stringify(counts)}\n`
      : `${total} steps: ${identical} identical, ${accepted} accepted, ${unserved} not served yet, ${counts.failed} failed\n`,
  );
  return failed ? 1 : 0;
}

process.exitCode = await main();
