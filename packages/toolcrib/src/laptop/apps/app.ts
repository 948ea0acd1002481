/** Where a desktop program's own files are. */
export interface Place {
  home: string;
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
}

/**
 * A program that is started from a dock or a menu, and so never sees a terminal's `KUBECONFIG`. A file each in this folder,
 * and a line in the registry.
 */
export interface App {
  /** What a person types: `toolcrib app NAME`. */
  name: string;
  title: string;
  /** As it may be called in PATH, or where its package puts it. The first that is there is started. */
  programs: readonly string[];
  /**
   * How it finds its clusters. `environment`: from `KUBECONFIG` when it is started with one. `list`: from a list of files in
   * its own settings, whatever its environment says.
   */
  clusters: 'environment' | 'list';
  /** Its settings: there where this person has used it. For `list` the file that holds the list. */
  settings(place: Place): string;
  /** A folder with kubeconfigs that were pasted into it: nobody but itself writes them. */
  pasted?(place: Place): string;
  /** Where this is known from. */
  source: string;
}

/** The folder in which Electron programs keep a person's settings. */
export function appData({ home, platform, env }: Place): string {
  if (platform === 'darwin') return `${home}/Library/Application Support`;
  return env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : `${home}/.config`;
}
