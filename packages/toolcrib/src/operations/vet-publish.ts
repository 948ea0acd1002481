import { publishInput } from '@toolcrib/vet/ask/input';
import { publishableSchema } from '@toolcrib/vet/ask/outcome';
import { doingSchema } from './doing.ts';
import { operation } from './operation.ts';

export const vetPublish = operation({
  name: 'vet-publish',
  title: 'What a tool of one’s own lacks before it can be open source.',
  looks: true,
  reaches: 'files',
  input: publishInput,
  output: publishableSchema,
  event: doingSchema,
  async run(_, input, tell) {
    const { vetPublish } = await import('@toolcrib/vet');
    return vetPublish(input, (doing) => tell({ doing }));
  },
});
