import type { Language } from './pages.ts';

/** What the site itself says, beside its pages. */
export interface Words {
  skip: string;
  pages: string;
  onThisPage: string;
  search: string;
  nothing: string;
  theme: string;
  madeFrom: string;
  groups: Record<string, string>;
}

export const WORDS: Record<Language, Words> = {
  en: {
    skip: 'To the text',
    pages: 'Pages',
    onThisPage: 'On this page',
    search: 'Search (press /)',
    nothing: 'Nothing found',
    theme: 'Light or dark',
    madeFrom: 'Made from',
    groups: {},
  },
  ja: {
    skip: '本文へ',
    pages: 'ページ一覧',
    onThisPage: 'このページの内容',
    search: '検索（/ キー）',
    nothing: '見つかりませんでした',
    theme: '明るい表示と暗い表示の切り替え',
    madeFrom: '元のファイル：',
    groups: {
      Start: 'はじめに',
      'What you want': 'こんなときに（英語）',
      'How it works': '仕組み（英語）',
      Reference: 'リファレンス（英語）',
      'Working on toolcrib': '開発（英語）',
      Proofs: '検証の記録（英語）',
    },
  },
};
