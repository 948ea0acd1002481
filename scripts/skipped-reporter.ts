import type { TestEvent } from 'node:test/reporters';

/** A reporter that writes one line for each skipped test: its name and the reason. Empty: everything ran. */
export default async function* skipped(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, skip } = event.data;
    if (skip !== undefined && skip !== false) yield `${name}: ${skip === true ? 'no reason given' : skip}\n`;
  }
}
