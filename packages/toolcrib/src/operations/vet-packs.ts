import { packsInput } from '@toolcrib/vet/ask/input';
import { verifiedPacksSchema } from '@toolcrib/vet/ask/outcome';
import { operation } from './operation.ts';

export const vetPacks = operation({
  name: 'vet-packs',
  title: 'Checks evidence packs: every verdict is computed again, and every source read again.',
  looks: true,
  reaches: 'files',
  input: packsInput,
  output: verifiedPacksSchema,
  async run(_, input) {
    const { vetPacks } = await import('@toolcrib/vet');
    return vetPacks(input);
  },
});
