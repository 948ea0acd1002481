import { toolsInput } from '@toolcrib/vet/ask/input';
import { vettedSchema } from '@toolcrib/vet/ask/outcome';
import { doingSchema } from './doing.ts';
import { operation } from './operation.ts';

export const vet = operation({
  name: 'vet',
  title:
    'Judges tools by evidence that a second person can check again: pass, fail or unknown. Runs nothing of them.',
  looks: false,
  reaches: 'files',
  input: toolsInput,
  output: vettedSchema,
  event: doingSchema,
  async run(_, input, tell) {
    const { vetTools } = await import('@toolcrib/vet');
    return vetTools(input, (doing) => tell({ doing }));
  },
});
