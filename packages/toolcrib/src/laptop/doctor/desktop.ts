import { existsSync } from 'node:fs';
import { entryPath } from '../apps/desktop-entry.ts';
import { type App, apps, type Place } from '../apps/index.ts';
import { listOf, remedy } from '../apps/settings.ts';
import type { Check, Finding, Patient } from './check.ts';

type Asked = Pick<Patient, 'home' | 'platform' | 'env' | 'paths'>;

/** Programs from a dock or a menu, which never see a terminal's environment. Those that this person has used. */
export const desktop = {
  name: 'desktop programs',
  async look(patient: Asked) {
    const found = apps.flatMap((app) => lookAt(app, patient));
    if (found.length > 0) return found;
    return [{ state: 'guarded', text: 'None of the desktop programs known here has been used by you.' }];
  },
} satisfies Check;

function lookAt(app: App, patient: Asked): Finding[] {
  const place: Place = patient;
  const { title, name } = app;
  if (app.clusters === 'environment') {
    // Of a terminal's program there is nothing to say: it has the terminal's environment.
    if (name === 'k9s' || !existsSync(app.settings(place))) return [];
    const next = `toolcrib app ${name} (or a menu entry: toolcrib app ${name} --desktop-entry)`;
    return existsSync(entryPath(app, place))
      ? [
          {
            state: 'note',
            text: `${title} goes through the guard where it is started from the entry “${title} (guarded)”.`,
          },
        ]
      : [{ state: 'finding', text: `${title}, started from a menu, sees your own kubeconfig.`, next }];
  }
  const list = listOf(app, place, patient.paths.kubeconfig);
  if (list.state === 'not-used') return [];
  if (list.state === 'ours')
    return [{ state: 'guarded', text: `${title} has the guard’s kubeconfig, and no other.` }];
  if (list.state === 'unread')
    return [{ state: 'unknown', text: `${list.why}: where ${title} goes is not known.` }];
  return [
    {
      state: 'finding',
      text: `${title} reads ${list.files.slice(0, 3).join(', ')}${list.files.length > 3 ? ' …' : ''} past the guard, whatever KUBECONFIG says.`,
      next: remedy(app, place, list.files),
    },
  ];
}
