/** One setting of a git configuration. Section and name in lower case, as git compares them; a subsection as written. */
export interface Setting {
  section: string;
  subsection: string | null;
  name: string;
  /** null: the name alone, which git takes for true. */
  value: string | null;
}

const SECTION = /^\[([\w.-]+)(?: +"((?:[^"\\]|\\.)*)")?\]/;
const SETTING = /^([a-z][\w-]*)(?:[ \t]*=[ \t]*(.*))?$/i;

/**
 * Reads the text of a git configuration line by line: a pattern over the whole text can be made to take hours by who
 * wrote it. Includes are not followed and quotes not taken off, as only words are asked for.
 */
export function readConfig(text: string): Setting[] {
  const settings: Setting[] = [];
  let section = '';
  let subsection: string | null = null;
  for (const line of text.split('\n')) {
    let rest = line.trim();
    const header = rest.startsWith('[') ? SECTION.exec(rest) : null;
    if (header !== null) {
      section = (header[1] ?? '').toLowerCase();
      subsection = header[2] ?? null;
      rest = rest.slice(header[0].length).trim();
    }
    const found = SETTING.exec(rest);
    if (found !== null)
      settings.push({ section, subsection, name: (found[1] ?? '').toLowerCase(), value: found[2] ?? null });
  }
  return settings;
}

/** The address of `origin`, as the configuration claims it; undefined: it names none. */
export function originIn(settings: readonly Setting[]): string | undefined {
  return (
    settings.find(
      ({ section, subsection, name }) => section === 'remote' && subsection === 'origin' && name === 'url',
    )?.value ?? undefined
  );
}
