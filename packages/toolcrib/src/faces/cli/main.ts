import { version } from '../../laptop/version.ts';

// `toolcrib log | head` ends the pipe early: that is no error, and no reason to stop in the middle of an undo.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** Once all is done: who started this as a program of its own tells where a part of it could not be loaded. */
export const done: Promise<void> = begin(process.argv.slice(2));

async function begin([asked = '', ...more]: string[]): Promise<void> {
  if (more.length === 0 && (asked === '--version' || asked === '-V')) {
    // Programs ask so, to know whether we are there: that loads none of the commands.
    process.stdout.write(`${version}\n`);
    return;
  }
  const { commandLine } = await import('./command-line.ts');
  await commandLine(asked);
}
