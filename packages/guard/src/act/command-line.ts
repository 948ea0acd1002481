/** What a `kubectl delete` was told to delete, read from its command line. */
export interface DeleteCommand {
  /** As typed: `pods`, `deploy`, `all`, `statefulsets.v1.apps`. */
  types: string[];
  /** Names of objects of each of the types. */
  names: string[];
  /** `deploy/web`. */
  pairs: { type: string; name: string }[];
  files: string[];
  /** The folder of `-k`. */
  kustomization?: string;
  recursive: boolean;
  /** Everything of the types, by `--all` or a selector. */
  every: boolean;
  labelSelector?: string;
  fieldSelector?: string;
  namespace?: string;
  allNamespaces: boolean;
}

/** Whether a command line is one `helm uninstall`. Only ever a hint: it makes what waits for a yes more, never less. */
export function isHelmUninstall([program = '', ...rest]: readonly string[]): boolean {
  const words = new Set(['uninstall', 'un', 'del', 'delete']);
  return /(^|\/)helm[^/]*$/.test(program) && rest.some((word) => words.has(word));
}

/** Whether a command line is one `kubectl delete`: kubectl before 1.22 tells it in no header. Such a hint as well. */
export function isKubectlDelete([program = '', ...rest]: readonly string[]): boolean {
  return /(^|\/)kubectl[^/]*$/.test(program) && rest.includes('delete');
}

const WITH_VALUE: Record<string, string> = {
  '-n': 'namespace',
  '--namespace': 'namespace',
  '-l': 'selector',
  '--selector': 'selector',
  '--field-selector': 'fieldSelector',
  '-f': 'file',
  '--filename': 'file',
  '-k': 'kustomization',
  '--kustomize': 'kustomization',
};
const OTHERS_WITH_VALUE = new Set(
  '-o --output -s --server -v --v --as --as-group --as-uid --cache-dir --certificate-authority --client-certificate --client-key --cluster --context --grace-period --kubeconfig --log-flush-frequency --password --profile --profile-output --raw --request-timeout --timeout --tls-server-name --token --user --username --vmodule'.split(
    ' ',
  ),
);
const WITHOUT_VALUE = new Set(
  '--cascade --dry-run --force --ignore-not-found --insecure-skip-tls-verify --interactive -i --match-server-version --now --wait --warnings-as-errors --disable-compression'.split(
    ' ',
  ),
);

/**
 * Reads a command line as kubectl does. Only ever a hint: it makes what a person is shown larger, never smaller.
 * @returns undefined where it is no `kubectl delete`, or holds a flag that is not known here
 */
export function deleteCommand(argv: readonly string[]): DeleteCommand | undefined {
  const found: DeleteCommand = {
    types: [],
    names: [],
    pairs: [],
    files: [],
    recursive: false,
    every: false,
    allNamespaces: false,
  };
  const words: string[] = [];
  const rest = argv.slice(1).values();
  for (const word of rest) {
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const [flag = '', ...parts] = word.startsWith('--') ? word.split('=') : short(word);
    const given = parts.length > 0 ? parts.join('=') : undefined;
    if (flag in WITH_VALUE || OTHERS_WITH_VALUE.has(flag)) {
      const value = given ?? rest.next().value;
      if (typeof value !== 'string') return undefined;
      take(found, WITH_VALUE[flag], value);
    } else if (flag === '--all') found.every ||= given !== 'false';
    else if (flag === '-A' || flag === '--all-namespaces') found.allNamespaces = given !== 'false';
    else if (flag === '-R' || flag === '--recursive') found.recursive = given !== 'false';
    else if (!WITHOUT_VALUE.has(flag)) return undefined;
  }
  if (words.shift() !== 'delete') return undefined;
  return named(found, words);
}

/** `-nshop`, `-n=shop`, `-n shop`: what follows a short flag's letter is its value. */
function short(word: string): string[] {
  const flag = word.slice(0, 2);
  const value = word.slice(2).replace(/^=/, '');
  return value === '' ? [flag] : [flag, value];
}

function take(found: DeleteCommand, what: string | undefined, value: string): void {
  if (what === 'namespace') found.namespace = value;
  if (what === 'file') found.files.push(...value.split(','));
  if (what === 'kustomization') found.kustomization = value;
  if (what === 'selector') found.labelSelector = value;
  if (what === 'fieldSelector') found.fieldSelector = value;
  if (what === 'selector' || what === 'fieldSelector') found.every = true;
}

function named(found: DeleteCommand, words: readonly string[]): DeleteCommand | undefined {
  const pairs = words.flatMap((word) => {
    const [type = '', name] = word.split('/');
    return name === undefined ? [] : [{ type, name }];
  });
  if (pairs.length > 0) return pairs.length === words.length ? { ...found, pairs } : undefined;
  const [types = '', ...names] = words;
  return { ...found, types: types.split(',').filter(Boolean), names };
}
