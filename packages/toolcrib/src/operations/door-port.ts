import { ToolcribError } from '@toolcrib/model/errors';
import { z } from 'zod';
import { operation } from './operation.ts';

export const doorPort = operation({
  name: 'door-port',
  title:
    'Moves the door to another port of this machine, from the next start on. The guard must not be running.',
  looks: false,
  reaches: 'terminal',
  input: z.strictObject({
    /** 0: any that is free. */
    port: z.int().min(0).max(65_535),
  }),
  output: z.object({ port: z.number() }),
  async run(context, { port }) {
    const { paths } = context.here();
    const { guardPid } = await import('../laptop/daemon.ts');
    if (guardPid(paths) !== undefined)
      throw new ToolcribError('conflict', 'The guard is running.', {
        next: 'Stop it first: toolcrib guard stop',
      });
    const { changePort } = await import('../laptop/door-identity.ts');
    return { port: await changePort(paths, port) };
  },
});
