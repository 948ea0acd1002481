/** What a picture says, row by row, without what is another one each time: codes, acts, UIDs, hashes and times. */
export function linesOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, row = '']) =>
    row
      .replaceAll(/<[^>]*>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&')
      .replaceAll(/\b(held|approve) [A-Z0-9]{5}\b/g, '$1 CODE')
      .replaceAll(/\b[A-Z0-9]{5} HELD\b/g, 'CODE HELD')
      .replaceAll(/\bact-\w+/g, 'ACT')
      .replaceAll(/\b[0-9a-f]{8}…/g, 'UID…')
      .replaceAll(/\bkafka-[0-9a-z]{8,10}\b/g, 'kafka-HASH')
      .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d UTC\b/g, 'TIME'),
  );
}

/** The words of a row, whatever their order: what goes beside each other is told in no order of its own. */
const wordsOf = (row: string) =>
  row
    .replaceAll(/[├└│─,;]+/g, ' ')
    .trim()
    .split(/\s+/)
    .sort()
    .join(' ');
const isCommand = (row: string) => /^\s*\$ /.test(row);

/** @returns how a picture is another one by now: its commands in their order, and all other rows in any */
export function drift(shown: readonly string[], now: readonly string[]): string[] {
  const [before, after] = [shown.filter(isCommand), now.filter(isCommand)];
  if (before.join('\n') !== after.join('\n'))
    return [`the commands shown are\n${before.join('\n')}\nand the demo's are\n${after.join('\n')}`];
  const [old, recent] = [new Set(shown.map(wordsOf)), new Set(now.map(wordsOf))];
  return [
    ...shown
      .filter((row) => !recent.has(wordsOf(row)))
      .map((row) => `the demo does not say any more: ${row.trim()}`),
    ...now.filter((row) => !old.has(wordsOf(row))).map((row) => `the picture does not show: ${row.trim()}`),
  ];
}
