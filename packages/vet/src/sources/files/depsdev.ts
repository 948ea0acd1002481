import { ToolcribError } from '@toolcrib/model';
import { PackageURL } from 'packageurl-js';
import { z } from 'zod';
import type { Subject } from '../../facts/evidence.ts';
import type { Fact } from '../../facts/fact.ts';
import { fact, subjectId } from '../../facts/fact.ts';
import { readGiven } from '../../given/given.ts';
import type { Collected, Source } from '../source.ts';

/** https://docs.deps.dev/api/v3/#getversion */
const schema = z.looseObject({
  versionKey: z.looseObject({ system: z.string(), name: z.string(), version: z.string() }),
  publishedAt: z.string().optional(),
  isDeprecated: z.boolean().optional(),
  licenses: z.array(z.string()).default([]),
  advisoryKeys: z.array(z.looseObject({ id: z.string() })).default([]),
  slsaProvenances: z.array(z.unknown()).default([]),
});

/** deps.dev's answer for one version. */
export const depsDevSource: Source = {
  kind: 'depsdev-file',
  makes: ['depsdev.version'],
  appliesTo: (target) => target.files.length > 0,
  collect: async (target, context) => {
    const collected: Collected = { facts: [], gaps: [] };
    for (const path of target.files) {
      const given = await readGiven(path, context);
      if (given.kind !== 'depsdev') continue;
      for await (const { content } of given.documents()) {
        const parsed = schema.safeParse(content);
        if (!parsed.success)
          throw new ToolcribError(
            'bad-file',
            `${path} is no deps.dev version: ${parsed.error.issues[0]?.path.join('.')} ${parsed.error.issues[0]?.message}`,
          );
        const { versionKey, publishedAt, isDeprecated, licenses, advisoryKeys, slsaProvenances } =
          parsed.data;
        const { subject } = target;
        if (
          !speaksOfPackage(versionKey.name, subject) ||
          versionKey.version.replace(/^v/, '') !== subject.version?.replace(/^v/, '')
        ) {
          const reason = `${path} speaks of ${versionKey.name} ${versionKey.version}${subject.version === undefined ? ', and no version was chosen' : ''}`;
          collected.gaps.push({ source: 'depsdev-file', types: ['depsdev.version'], reason });
          continue;
        }
        const value = {
          system: versionKey.system,
          name: versionKey.name,
          version: versionKey.version,
          publishedAt: publishedAt ?? null,
          deprecated: isDeprecated ?? null,
          licences: licenses,
          advisories: advisoryKeys.map(({ id }) => id),
          provenances: slsaProvenances.length,
        };
        const source = { kind: 'depsdev-file', location: path };
        collected.facts.push(
          fact('depsdev.version', value, {
            subject: subjectId(subject, true),
            source,
            sha256: given.sha256,
            context,
          }) as Fact,
        );
      }
    }
    return collected;
  },
};

/** A Go module is named by its repository; `evil-k9s` and somebody else's `k9s` are other packages. */
export function speaksOfPackage(name: string, { purl }: Subject): boolean {
  const { type, namespace, name: base } = PackageURL.fromString(purl);
  const own = [namespace, base]
    .filter(Boolean)
    .join(type === 'maven' ? ':' : '/')
    .toLowerCase();
  const said = name.toLowerCase();
  if (said === own || type === 'npm') return said === own;
  return said.replace(/\/v\d+$/, '').endsWith(`/${own}`);
}
