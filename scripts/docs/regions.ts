// Regions of a page that are written from the code: what stands between two marks is nobody's to write by hand.

/** What a page's regions have to say, by their names. */
export type Regions = Readonly<Record<string, string>>;

const marks = (name: string) => ({
  begin: `<!-- from the code: ${name} (npm run check -- --fix) -->`,
  end: `<!-- end: ${name} -->`,
});

/**
 * A page with its regions as the code has them.
 * @throws Error where a region has no marks, or has them twice, or marks stand there of a region that nobody writes
 */
export function written(page: string, regions: Regions): string {
  let text = page;
  for (const [name, content] of Object.entries(regions)) {
    const { begin, end } = marks(name);
    const [before, inside, ...more] = text.split(begin);
    if (before === undefined || inside === undefined || more.length > 0)
      throw new Error(`the region ${name} must begin once: ${begin}`);
    const at = inside.indexOf(end);
    if (at < 0 || inside.indexOf(end, at + 1) >= 0)
      throw new Error(`the region ${name} must end once: ${end}`);
    text = `${before}${begin}\n${content.trim()}\n${inside.slice(at)}`;
  }
  const unknown = [...text.matchAll(/<!-- from the code: (\S+)/g)].find(
    ([, name = '']) => !(name in regions),
  );
  if (unknown) throw new Error(`nobody writes the region ${unknown[1]}`);
  return text;
}

/** A table in Markdown. What a cell says may have bars in it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
