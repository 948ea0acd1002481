import { signatureInput } from '@toolcrib/vet/ask/input';
import { signatureSchema } from '@toolcrib/vet/ask/outcome';
import { operation } from './operation.ts';

export const verify = operation({
  name: 'verify',
  title: 'Verifies who signed an artefact, over its very bytes, against who should have. Needs no network.',
  looks: true,
  reaches: 'files',
  input: signatureInput,
  output: signatureSchema,
  async run(_, input) {
    const { vetSignature } = await import('@toolcrib/vet/ask/signature');
    return vetSignature(input);
  },
});
