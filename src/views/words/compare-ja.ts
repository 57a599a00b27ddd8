import { grouped } from '../../counting/wording.js';
import type { Comparison } from '../../judging/comparison.js';
import { differenceWords, findingOf, pWords, roughly } from '../../judging/comparison-answer.js';
import type { compareEn } from './compare-en.js';

/** The same in Japanese. */
export const compareJa: typeof compareEn = {
  title: (data) => `どちらのネットワークが優れているか：${data}`,
  answer: answerInJapanese,
  points: 'ポイント',
  compared: '結論',
  accuracies: 'それぞれの正解率',
  accuraciesNote: '点は正解率、線はその 95 % 信頼区間（Wilson）です。',
  overlapNote:
    '区間が重なっていても、差が明らかなことがあります。どのネットワークも同じ画像を読んでいるため、一方だけが正解した画像の数で判断します。',
  wrong: '誤り',
  interval: '95 % 信頼区間',
  differences: '差',
  differencesNote: (pairs) =>
    `差（ポイント）と、対応のある 95 % 信頼区間（Newcombe）です。p は McNemar の正確検定によります${
      pairs > 1 ? `（${pairs} 組について Holm 法で補正）` : ''
    }。`,
  less: (second, first) => `${second} − ${first}`,
  difference: 'ポイント',
  both: '両方正解',
  only: (letter) => `${letter} のみ正解`,
  onlyLeft: '左のみ正解',
  onlyRight: '右のみ正解',
  neither: '両方誤り',
  needed: '必要な画像数',
  neededNote:
    '必要な画像数：これが真の差であるとき、5 回に 4 回の割合で差を検出できる枚数です（その組だけを比べる場合）。',
  byClass: 'クラス別',
  byClassNote: '各クラスの正解率です。',
  won: (winner, loser) => `${winner} のみが正解した画像（${loser} は誤り）`,
  wonNote: (shown, of, loser) =>
    `${of} 枚中 ${shown} 枚。${loser} の確信度が高い順です。画像の下は「正解 → ${loser} の答え」と、その確信度です。`,
  wonNone: 'ありません。',
  readBadly: (letter, words) => `${letter}：${words}`,
};

function answerInJapanese(comparison: Comparison): string {
  const { networks, pairs } = comparison;
  const finding = findingOf(comparison);
  const name = (index: number) => networks[index].name;
  const list = (indices: readonly number[]) => indices.map(name).join('、');
  const range = (words: string) => words.replace(' to ', '～');
  switch (finding.kind) {
    case 'none':
      return '比較した画像はありません。';
    case 'same':
      return `差はありません。${name(0)} と ${name(1)} は、まったく同じ画像で正解しています。`;
    case 'better': {
      const { better, pair } = finding;
      const words = differenceWords(pair, better);
      return `${name(better)} のほうが ${words.points} ポイント優れています（${range(words.range)}、${pWords(pair.test.adjusted)}）。`;
    }
    case 'open': {
      const { first, second, onlyFirst, onlySecond, imagesToTell, test } = finding.pair;
      const ahead = onlySecond > onlyFirst ? second : first;
      const words = differenceWords(finding.pair, ahead);
      if (imagesToTell === null)
        return `差があるとはいえません。正解数は同じで、一方だけが正解した画像は ${grouped(onlyFirst)} 枚ずつです（差 ${range(words.range)} ポイント）。`;
      return `差があるとはいえません。${name(ahead)} が ${words.points} ポイント上回っています（${range(words.range)}、${pWords(test.adjusted)}）。これが真の差であれば、確かめるにはおよそ ${roughly(imagesToTell)} 枚の画像が必要です。`;
    }
    case 'several': {
      const { best, beaten, open, p } = finding;
      const adjusted = `Holm 法で ${pairs.length} 組について補正、${pWords(p)}`;
      if (open.length === 0)
        return `${name(best)} が、ほかのどのネットワーク（${list(beaten)}）よりも優れています（${adjusted}${beaten.length > 1 ? ' 以下' : ''}）。`;
      if (beaten.length === 0)
        return `差があるとはいえません。正解数が最も多いのは ${name(best)} ですが、${list(open)} より優れているとはいえません（${adjusted}）。`;
      return `正解数が最も多いのは ${name(best)} です。${list(beaten)} よりは優れていますが（${adjusted}）、${list(open)} との差があるとはいえません。`;
    }
  }
}
