import { sbomDiffInput } from '@toolcrib/vet/ask/input';
import { sbomDiffSchema } from '@toolcrib/vet/ask/outcome';
import { operation } from './operation.ts';

export const sbomDiff = operation({
  name: 'sbom-diff',
  title: 'What changed between the SBOMs of two versions of a tool.',
  looks: true,
  reaches: 'files',
  input: sbomDiffInput,
  output: sbomDiffSchema,
  async run(_, input) {
    const { vetSbomDiff } = await import('@toolcrib/vet/ask/sbom');
    return vetSbomDiff(input);
  },
});
