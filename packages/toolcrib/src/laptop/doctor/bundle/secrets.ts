import { join } from 'node:path';
import { secretOf } from '../../api/socket.ts';
import type { Patient } from '../check.ts';
import { kubeconfigsOf, textOf } from './files.ts';

/** Characters from which on a word of a file with secrets is taken for one. */
const WORD = 8;
/** Values of variables with such names are secrets from their fourth character on. */
const TELLING = /TOKEN|SECRET|PASS|KEY|CRED|AUTH|COOKIE|SESSION/i;
/** Variables whose value everybody may know. */
const OPEN =
  /^(?:PATH|HOME|PWD|OLDPWD|SHELL|SHLVL|USER|LOGNAME|LANG|LC_\w+|TERM\w*|COLORTERM|TMPDIR|EDITOR|PAGER|DISPLAY|HOSTNAME|NO_COLOR|XDG_\w+|KUBECONFIG|TOOLCRIB_HOME|TOOLCRIB_KUBECONFIG\w*|(?:NODE|npm)_(?!\w*(?:auth|token|pass|key|secret|AUTH|TOKEN|PASS|KEY|SECRET))\w+|_)$/;
/** The words of a kubeconfig, and of our own files, that say nothing of anybody. */
const STRUCTURE = new Set(
  `apiVersion as-groups as-user-extra auth-provider authentication certificate certificate-authority
  certificate-authority-data client-certificate client-certificate-data client-key client-key-data client.authentication.k8s.io/v1
  client.authentication.k8s.io/v1beta1 clusters contexts current-context disable-compression extension extensions IfAvailable
  insecure-skip-tls-verify installHint interactiveMode last-update namespace password preferences provideClusterInfo provider
  proxy-url tls-server-name tokenFile username givenFor toolcrib kubernetes https://127.0.0.1 kubeconfig changed. meanings`.split(
    /\s+/,
  ),
);

/** Everything that a report must not have in it, as it stands in this person's files and environment. */
export function secretsOf(patient: Pick<Patient, 'paths' | 'env' | 'home'>): string[] {
  const { paths, env } = patient;
  const files = [...kubeconfigsOf(patient), paths.door, secretOf(paths.socket), join(paths.journal, 'key')];
  const inFiles = files.flatMap((path) => wordsOf(textOf(path) ?? ''));
  const inEnvironment = Object.entries(env).flatMap(([name, value = '']) => {
    if (OPEN.test(name)) return [];
    return value.length >= (TELLING.test(name) ? 4 : WORD) ? [value, ...value.split(/[\s=:,;@/]+/)] : [];
  });
  const short = inEnvironment.filter(
    (text) => text.length >= 4 && !/^\d+$|^(?:true|false|none)$/i.test(text),
  );
  return [...new Set([...inFiles, ...short])];
}

/** Whatever a file of that kind has in it that is not its structure; a password may be short, and stands behind its field. */
function wordsOf(text: string): string[] {
  const words = text
    .split(/[\s"',[\]{}\\]+|: /)
    .map((word) => word.replace(/:$/, ''))
    .filter((word) => word.length >= WORD && !STRUCTURE.has(word));
  const fields = [
    ...text.matchAll(/(?:token|password|username|secret|key)["']?\s*:\s*["']?([^\s"',}]{4,})/gi),
  ];
  return [...words, ...fields.flatMap(([, value]) => (value === undefined ? [] : [value]))];
}

/** Whether a text has one of them, as it is or in an encoding of which it is read back without more ado. */
export function hasSecret(text: string, secrets: readonly string[]): boolean {
  const small = text.toLowerCase();
  return secrets.some((secret) => encodings(secret).some((form) => small.includes(form.toLowerCase())));
}

/** As it is, in base64 wherever it may begin in what was encoded, in hex, escaped for an address or for JSON, backwards. */
export function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].flatMap((skew) => {
    const text = Buffer.concat([Buffer.alloc(skew), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first and the last characters depend on what stands around it.
    const whole = Math.floor(((skew + bytes.length) * 8) / 6);
    const sure = text.slice(Math.ceil((skew * 8) / 6), whole);
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const forms = [
    secret,
    ...base64,
    bytes.toString('hex'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    [...secret].reverse().join(''),
  ];
  return [...new Set(forms.filter((form) => form.length >= 4))];
}
