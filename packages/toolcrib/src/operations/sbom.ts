import { sbomInput } from '@toolcrib/vet/ask/input';
import { sbomReportSchema } from '@toolcrib/vet/ask/outcome';
import { operation } from './operation.ts';

export const sbom = operation({
  name: 'sbom',
  title:
    "Holds an SBOM against NTIA's minimum elements, the artefact it describes, and known vulnerabilities.",
  looks: true,
  reaches: 'files',
  input: sbomInput,
  output: sbomReportSchema,
  async run(_, input) {
    const { vetSbom } = await import('@toolcrib/vet/ask/sbom');
    return vetSbom(input);
  },
});
