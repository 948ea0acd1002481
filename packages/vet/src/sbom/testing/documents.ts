import { readSbom } from '../read.ts';

/** SHA-256 of the subject in every document here. */
export const HEX = 'ab'.repeat(32);

/** A CycloneDX document with all minimum elements: `tool` 1.2.3 with one component. */
export const cyclonedx = () => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    timestamp: '2026-01-02T03:04:05Z',
    authors: [{ name: 'Acme' }],
    component: {
      type: 'application',
      'bom-ref': 'root',
      name: 'tool',
      version: '1.2.3',
      purl: 'pkg:github/acme/tool@1.2.3',
      supplier: { name: 'Acme' },
      hashes: [{ alg: 'SHA-256', content: HEX }],
    },
  },
  components: [
    {
      type: 'library',
      'bom-ref': 'a',
      name: 'a',
      version: '1.0.0',
      purl: 'pkg:npm/a@1.0.0',
      supplier: { name: 'A' },
      licenses: [{ license: { id: 'MIT' } }],
    },
  ],
  dependencies: [{ ref: 'root', dependsOn: ['a'] }, { ref: 'a' }],
});

export const read = (text: string | object, name = 'bom') =>
  readSbom(Buffer.from(typeof text === 'string' ? text : JSON.stringify(text)), name);
