import { uidOf } from '@toolcrib/kube';
import { type Radius, type RadiusMember, wrapped } from '@toolcrib/model';
import { firstFew, many, summary } from './summary.ts';
import { likelyUnseen } from './unseen.ts';

/** How parts of the tree are coloured: functions from text to text, so that `NO_COLOR` is the plain palette. */
export interface Palette {
  lost(text: string): string;
  restorable(text: string): string;
  returns(text: string): string;
  faint(text: string): string;
  bold(text: string): string;
}

const asItIs = (text: string) => text;
export const plain: Palette = {
  lost: asItIs,
  restorable: asItIs,
  returns: asItIs,
  faint: asItIs,
  bold: asItIs,
};

export interface TreeOptions {
  palette?: Palette;
  /** Columns; longer lines are broken at spaces, and a word that is longer still ends in "…". */
  width?: number;
  /** `false` draws with |, + and - only. */
  unicode?: boolean;
  /** Of more alike than this under one parent, the first few are shown. */
  alike?: number;
  /** Nothing of it could be kept: nothing of it can be brought back. */
  notKept?: boolean;
}

const BOXES = {
  unicode: { branch: '├─ ', last: '└─ ', pass: '│  ', more: '…' },
  ascii: { branch: '|- ', last: '`- ', pass: '|  ', more: '...' },
};

/** The radius as a tree for a terminal, its summary last. Lines end in "\n". */
export function tree(radius: Radius, options: TreeOptions = {}): string {
  const { palette = plain, width = 80, unicode = true, alike = 4, notKept = false } = options;
  const box = unicode ? BOXES.unicode : BOXES.ascii;
  const lines: string[] = [];
  const children = new Map<string, RadiusMember[]>();
  const uids = new Set(radius.members.map((member) => member.ref.uid));
  for (const member of radius.members) {
    const via = member.via !== undefined && uids.has(member.via) ? member.via : '';
    const known = children.get(via);
    if (known) known.push(member);
    else children.set(via, [member]);
  }
  const alikeAs = shapes(children);
  const dot = unicode ? ' · ' : ' - ';
  /** @param under what stands left of further lines of the same row */
  const line = (lead: string, name: string, words: string, colour: (text: string) => string, under = '') => {
    const text = cut(`${lead}${clean(name)}`, width, box.more);
    if (words === '') return lines.push(text);
    // The end of a line is where it says what can't be brought back: it is wrapped, not cut.
    const [rest, room] = [width - text.length - dot.length, Math.max(width - under.length - 2, 12)];
    const [first = '', ...more] = wrapped(clean(words), room, rest);
    lines.push(first === '' ? text : `${text}${dot}${colour(first)}`);
    for (const part of more) lines.push(`${under}  ${colour(cut(part, room, box.more))}`);
  };
  const drawn = new Set<string>();
  const draw = (members: readonly RadiusMember[], lead: string, top: boolean) => {
    const rows = folded(members, top ? Math.max(alike, 8) : alike, alikeAs);
    for (const [index, row] of rows.entries()) {
      const last = index === rows.length - 1;
      const mark = top ? '' : last ? box.last : box.branch;
      if (typeof row === 'string') {
        line(lead + mark, `${box.more} ${row}`, '', palette.faint);
        continue;
      }
      const uid = uidOf(row.ref);
      if (drawn.has(uid)) continue;
      drawn.add(uid);
      const below = top ? '' : lead + (last ? '   ' : box.pass);
      const under = below + (children.has(uid) ? box.pass : '   ');
      const bare = notKept && !row.spent && row.loss === 'restorable' && row.fate === 'deleted';
      const colour = palette[bare ? 'lost' : row.spent ? 'restorable' : row.loss];
      line(lead + mark, nameOf(row, top), bare ? 'goes, and was not kept' : words(row), colour, under);
      draw(children.get(uid) ?? [], below, false);
    }
  };
  draw(children.get('') ?? [], '', true);
  for (const { kind, why } of likelyUnseen(radius)) line('', `! not seen: ${kind}`, why, palette.lost);
  const unlikely = radius.unseen.filter((one) => one.unlikely).map(({ kind }) => kind);
  if (unlikely.length > 0) {
    line('', '- not looked through', `hardly likely to go with it: ${firstFew(unlikely)}`, palette.faint);
  }
  for (const { ref, why } of radius.opaque.slice(0, 8)) {
    line('', `? others decide: ${ref.kind} ${ref.name}`, why, palette.lost);
  }
  if (radius.opaque.length > 8)
    line('', `? ${box.more} and ${radius.opaque.length - 8} more`, '', palette.lost);
  lines.push(...wrapped(summary(radius), width).map(palette.bold));
  return `${lines.join('\n')}\n`;
}

/** The class in words; a reason that the tree shows already is left out. */
function words(member: RadiusMember): string {
  const { fate, loss, why } = member;
  if (fate === 'orphaned') return why;
  if (fate === 'stops') return loss === 'returns' ? `stops for a while: ${why}` : `stops: ${why}`;
  const guess = member.estimated ? ' (this one or another)' : '';
  if (loss === 'returns') return `comes back by itself${guess}: ${why}`;
  if (member.spent) return `goes, and is not brought back: ${why}`;
  if (loss === 'lost') return `CANNOT be brought back: ${why}`;
  const shown = why === 'asked for' || (member.via !== undefined && why.startsWith('owned by '));
  return `goes, can be brought back${guess}${shown ? '' : `: ${why}`}`;
}

function nameOf(member: RadiusMember, top: boolean): string {
  const { kind, namespace, name } = member.ref;
  return top && namespace ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

/**
 * What a member and all that hangs on it look like, kinds, fates and classes: of what is not the same in this, each is shown.
 * What a person must see (a workload that one of sixty ConfigMaps owns, the data below one of ten claims) hides behind no number.
 */
function shapes(children: ReadonlyMap<string, readonly RadiusMember[]>): (member: RadiusMember) => number {
  // Numbers, since a text would grow with the depth.
  const numbers = new Map<string, number>();
  const known = new Map<RadiusMember, number>();
  const shapeOf = (member: RadiusMember): number => {
    const seen = known.get(member);
    if (seen !== undefined) return seen;
    // One that hangs on itself in the end has no shape below.
    known.set(member, -1);
    const { ref, fate, loss, spent = false } = member;
    const below = new Set((children.get(uidOf(ref)) ?? []).map(shapeOf));
    const shape = `${ref.apiVersion}/${ref.kind} ${fate} ${loss} ${spent} ${[...below].sort()}`;
    const number = numbers.get(shape) ?? numbers.size;
    numbers.set(shape, number);
    known.set(member, number);
    return number;
  };
  return shapeOf;
}

/** Many alike are cut to the first few and a line that says how many more. */
function folded(
  members: readonly RadiusMember[],
  alike: number,
  shapeOf: (member: RadiusMember) => number,
): (RadiusMember | string)[] {
  const groups = new Map<number, RadiusMember[]>();
  for (const member of members) {
    const shape = shapeOf(member);
    const known = groups.get(shape);
    if (known) known.push(member);
    else groups.set(shape, [member]);
  }
  return [...groups.values()].flatMap((group): (RadiusMember | string)[] => {
    if (group.length <= alike) return group;
    const shown = group.slice(0, alike - 1);
    const rest = group.length - shown.length;
    return [...shown, `and ${rest} more ${many(group[0]?.ref.kind ?? '')}`];
  });
}

/** Names and reasons come from the cluster: a control character must not reach the terminal. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
}

function cut(text: string, room: number, more: string): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - more.length))}${more}`;
}
