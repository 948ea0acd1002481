import { spawn } from 'node:child_process';
import { childEnvironment, type Notifier } from '@toolcrib/model';

/**
 * The desktop's own notices: `notify-send` (freedesktop) or `osascript` (macOS), where there is a desktop. Texts are
 * handed over as arguments, never through a shell.
 */
export function desktop(env: Record<string, string | undefined>, platform: NodeJS.Platform): Notifier {
  const command = commandFor(env, platform);
  return {
    tell(news) {
      if (!command) return;
      const approve = news.code && `toolcrib approve ${news.code}`;
      const text = [news.text, news.asked, approve].filter(Boolean).join('\n');
      const [program, ...args] = command(news.title, text);
      const child = spawn(program ?? '', args, {
        stdio: 'ignore',
        detached: true,
        env: childEnvironment(process.env),
      });
      child.on('error', () => undefined);
      child.unref();
    },
  };
}

function commandFor(
  env: Record<string, string | undefined>,
  platform: NodeJS.Platform,
): ((title: string, text: string) => string[]) | undefined {
  if (platform === 'darwin') {
    const script = 'on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run';
    return (title, text) => ['osascript', '-e', script, title, text];
  }
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return undefined;
  return (title, text) => ['notify-send', '--app-name=toolcrib', '--', title, text];
}
