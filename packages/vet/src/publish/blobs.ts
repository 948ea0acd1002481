import { eachObject } from '../sources/git/objects.ts';
import { FIELD_LIMIT, lines, records } from '../sources/git/records.ts';
import type { Repository } from '../sources/git/repository.ts';
import { textOf } from './text.ts';

/** Text larger than this is not looked into, and is said to be so. */
const BLOB_LIMIT = 1024 * 1024;
const OBJECTS_AT_ONCE = 500;
const COMMITS_AT_ONCE = 200;

export interface Text {
  /** A path, or `commit message`. */
  path: string;
  /** The blob, or the first commit of a group of messages. */
  id: string;
  text: string;
}

export interface Walked {
  texts: number;
  binary: number;
  /** Paths of blobs that were too large to be looked into. */
  tooLarge: string[];
  /** Paths of texts, by their names, that are in no encoding known here. */
  unread: string[];
}

/**
 * Every text that anybody who clones would get: each version of each file on any branch or tag, once, and all messages
 * with their authors. A group at a time, so that memory stays flat.
 */
export async function walkTexts(
  repository: Repository,
  visit: (text: Text) => Promise<void>,
  progress?: (text: string) => void,
): Promise<Walked> {
  const walked: Walked = { texts: 0, binary: 0, tooLarge: [], unread: [] };
  let group: { id: string; path: string }[] = [];
  const flush = async () => {
    await visitGroup(repository, group, walked, visit);
    group = [];
    progress?.(`${walked.texts} texts of the history looked into`);
  };
  for await (const line of lines(repository.stream(['rev-list', '--objects', '--all']))) {
    const space = line.indexOf(' ');
    // Commits have no path, and neither has a root tree.
    if (space === -1 || space === line.length - 1) continue;
    group.push({ id: line.slice(0, space), path: line.slice(space + 1) });
    if (group.length >= OBJECTS_AT_ONCE) await flush();
  }
  await flush();
  await walkMessages(repository, visit, walked);
  return walked;
}

async function visitGroup(
  repository: Repository,
  group: readonly { id: string; path: string }[],
  walked: Walked,
  visit: (text: Text) => Promise<void>,
): Promise<void> {
  const paths = new Map(group.map(({ id, path }) => [id, path]));
  for await (const { name: id, type, bytes } of eachObject(repository, [...paths.keys()], BLOB_LIMIT)) {
    const path = paths.get(id) ?? '';
    if (type !== 'blob' && type !== 'tag') continue;
    if (bytes === null) {
      walked.tooLarge.push(path);
      continue;
    }
    const text = textOf(path, bytes);
    if (text === 'binary') walked.binary++;
    else if (text === 'unread') walked.unread.push(path);
    else {
      walked.texts++;
      const where = type === 'tag' ? `message of tag ${path}` : path;
      await visit({ path: where, id, text: text.text });
    }
  }
}

async function walkMessages(
  repository: Repository,
  visit: (text: Text) => Promise<void>,
  walked: Walked,
): Promise<void> {
  const args = ['log', '--all', '-z', '--no-show-signature', '--format=%H%x00%an <%ae>%n%cn <%ce>%n%B'];
  let group: string[] = [];
  let first = '';
  const flush = async () => {
    if (group.length > 0) await visit({ path: 'commit message', id: first, text: group.join('\n') });
    group = [];
  };
  for await (const [id = '', text = ''] of records(repository.stream(args), 2)) {
    if (Buffer.byteLength(text) >= FIELD_LIMIT) walked.tooLarge.push(`message of ${id.slice(0, 12)}`);
    if (group.length === 0) first = id;
    group.push(text);
    walked.texts++;
    if (group.length >= COMMITS_AT_ONCE) await flush();
  }
  await flush();
}
