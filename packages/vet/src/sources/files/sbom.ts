import { type Fact, fact, subjectId } from '../../facts/fact.ts';
import type { FactValue } from '../../facts/index.ts';
import { readGiven } from '../../given/given.ts';
import { readSbomFile } from '../../sbom/read.ts';
import type { Source } from '../source.ts';

/** An SBOM that was given: that there is one, in which format, and what it says it describes. */
export const sbomSource: Source = {
  kind: 'sbom-file',
  makes: ['sbom.file'],
  appliesTo: (target) => target.files.length > 0,
  collect: async (target, context) => {
    const facts: Fact[] = [];
    for (const path of target.files) {
      const given = await readGiven(path, context);
      if (given.kind !== 'sbom') continue;
      const source = { kind: 'sbom-file', location: path };
      const about = { subject: subjectId(target.subject, true), source, sha256: given.sha256, context };
      facts.push(fact('sbom.file', await described(path), about) as Fact);
    }
    return { facts, gaps: [] };
  },
};

async function described(path: string): Promise<FactValue<'sbom.file'>> {
  const { format, specVersion, subject, components } = await readSbomFile(path);
  const { purl, name, version } = subject ?? {};
  return {
    format,
    specVersion,
    describes: purl ?? ([name, version].filter(Boolean).join('@') || null),
    components: components.length,
  };
}
