import type { Said } from './lines-ja.js';

/** `relu, tanh and own` as Japanese lists names. */
const listed = (names: string) => names.replace(/, | and /g, '、');

/** The words of comparisons, slices and stress tests. */
export const JUDGING_JA: Readonly<Record<string, Said>> = {
  'No image was compared.': '比較した画像はありません。',
  'No difference at all: {} and {} are right on the very same images.':
    '差はありません。{0} と {1} は、まったく同じ画像で正解しています。',
  '{} is better by {} points ({} to {}); p {}.': '{0} のほうが {1} ポイント優れています（{2}～{3}、p {4}）。',
  'No difference can be told: both are right as often, each alone on {} of {} images (difference {} to {} points).':
    '差があるとはいえません。正解数は同じで、一方だけが正解した画像は {1} 枚のうち {0} 枚ずつです（差 {2}～{3} ポイント）。',
  'No difference can be told: {} is ahead by {} points ({} to {}), p {}; if that is the true difference, some {} images would be needed to tell it.':
    '差があるとはいえません。{0} が {1} ポイント上回っています（{2}～{3}、p {4}）。これが真の差であれば、確かめるにはおよそ {5} 枚の画像が必要です。',
  '{} is better than each of the others, {=}; {*} after Holm for {} pairs.': (best, beaten, p, pairs) =>
    `${best} が、ほかのどのネットワーク（${listed(beaten)}）よりも優れています（${p}、Holm 法で ${pairs} 組について補正）。`,
  'No difference can be told: {} is right most often, but may be no better than {=}; {*} after Holm for {} pairs.':
    (best, open, p, pairs) =>
      `差があるとはいえません。正解数が最も多いのは ${best} ですが、${listed(open)} より優れているとはいえません（${p}、Holm 法で ${pairs} 組について補正）。`,
  '{} is right most often: better than {=} ({*} after Holm for {} pairs), but no difference to {=} can be told.':
    (best, beaten, p, pairs, open) =>
      `正解数が最も多いのは ${best} です。${listed(beaten)} よりは優れていますが（${p}、Holm 法で ${pairs} 組について補正）、${listed(open)} との差があるとはいえません。`,
  'p at most {}': 'p は {0} 以下',
  'Each with each': '総当たり',
  Difference: '差',
  "95 % interval by Newcombe; p by McNemar's exact test":
    '95 % 信頼区間は Newcombe の方法、p は McNemar の正確検定による',
  "95 % interval by Newcombe; p by McNemar's exact test, adjusted by Holm":
    '95 % 信頼区間は Newcombe の方法、p は McNemar の正確検定（Holm 法で補正）による',
  'p: how often networks that are equally good would differ so much':
    'p：同じ実力のネットワークどうしでも、これほどの差がつく確率',
  '{} less {}': '{0} − {1}',
  '{} points ({} to {})': '{0} ポイント（{1}～{2}）',
  '{} points': '{0} ポイント',
  '{} both right': '両方正解 {0} 枚',
  '{} both wrong': '両方誤り {0} 枚',
  '{} only {}': '{1} のみ正解 {0} 枚',
  'only {}': '{0} のみ',
  'how many of each are right': '各クラスの正解率',
  'These columns do not fit here; --format csv has all of them.':
    'これらの列はここに収まりません。--format csv ですべて得られます。',
  'only {}, only {}: --format csv has these': '{0} のみ、{1} のみの列は --format csv で得られます',
  'Only {} is right: {} image': '{0} のみが正解した画像：{1} 枚',
  'Only {} is right: {} images': '{0} のみが正解した画像：{1} 枚',
  'Only {} is right (of {} and {}): {} image': '{1} と {2} のうち {0} のみが正解した画像：{3} 枚',
  'Only {} is right (of {} and {}): {} images': '{1} と {2} のうち {0} のみが正解した画像：{3} 枚',
  'image, truth {} what {} says, how sure it is': '画像、正解 {0} {1} の答え、その確信度',

  'By thickness': '線の太さ別',
  'By slant': '傾き別',
  'By size': '大きさ別',
  'By {}': '{0} 別',
  '{} value, the weakest first': '{0} 個の値、正解率の低い順',
  '{} values, the weakest first': '{0} 個の値、正解率の低い順',
  '{} value more; --format json has all of them.': 'ほかに {0} 個。--format json ですべて得られます。',
  '{} values more; --format json has all of them.': 'ほかに {0} 個。--format json ですべて得られます。',
  '(none)': '（なし）',
  'no ink': 'インクなし',
  'under {}': '{0} 未満',
  'from {}': '{0} 以上',
  '{} to {}': '{0}～{1}',
  '{} to {} %': '{0}～{1} %',
  images: '枚数',
  value: '値',
  '95 % interval': '95 % 区間',
  'to the rest': 'ほかとの差',
  few: '少数',
  'few: under 30 images, which say little.': '少数：30 枚未満で、確かなことはいえません。',
  '*: apart from the rest beyond doubt (p < 0.05, Fisher, adjusted for all values by Holm).':
    '*：ほかの画像と有意に異なります（p < 0.05、Fisher の正確確率検定、全値について Holm の方法で補正）。',

  'as they are': '元の画像',
  'made worse': '劣化後',
  'nothing was made worse': '劣化させた画像なし',
  '{} on average of {} way': '{1} 通りの平均で {0}',
  '{} on average of {} ways': '{1} 通りの平均で {0}',
  'worst {} ({~} {})': '最低 {0}（{1}、{2}）',
  'seed {}: the same images come out again': '乱数の種 {0}：同じ画像を再現できます',
  Accuracy: '正解率',
  '%, after each strength; then the mean': '%、各強さの後に示す。続いて平均',
  '%, after each strength; then the mean, and the curve': '%、各強さの後に示す。続いて平均と曲線',
  '%, below each strength; beside the name the mean': '%、各強さの下に示す。名前の横は平均',
  '%, below each strength; beside the name the mean, and the curve':
    '%、各強さの下に示す。名前の横は平均と曲線',
  shift: 'ずらし',
  rotate: '回転',
  scale: '拡大縮小',
  shear: 'せん断',
  thin: '細い線',
  thick: '太い線',
  noise: '雑音',
  blur: 'ぼかし',
  contrast: '濃淡低下',
  occlusion: '遮蔽',
  stripes: '縞',
  'pixels of 28, in any direction': '28 画素中の画素数、任意の方向',
  'degrees, either way': '度、左右どちらか',
  'times as large, or as small': '倍に拡大、または縮小',
  'pixels sideways a row, either way': '1 行あたりの画素数、左右どちらか',
  'pixels of 28 off each edge': '縁から削る画素数（28 画素中）',
  'pixels of 28 on each edge': '縁に足す画素数（28 画素中）',
  'standard deviation, of white': '標準偏差（白を 1 とする）',
  'pixels of 28, standard deviation': '標準偏差の画素数（28 画素中）',
  'times the contrast': '倍',
  'pixels of 28, side of a black square': '黒い正方形の一辺の画素数（28 画素中）',
  'white rows or columns': '白い行または列の数',
  'of the way to its negative': '陰画までの割合',
  'Nearest flip': '判定が変わる最も近い画像',
  'how much of white has to change for another verdict, over {} image':
    '判定が変わるまでに必要な変化量（白を 1 とする）、{0} 枚で調査',
  'how much of white has to change for another verdict, over {} images':
    '判定が変わるまでに必要な変化量（白を 1 とする）、{0} 枚で調査',
  median: '中央値',
  'largest pixel (L{})': '最大の画素（L{0}）',
  'Euclidean (L2)': 'ユークリッド（L2）',
  '{}: found by search. That nothing nearer flips it is proven to 1 % on {}, to 10 % on {}; half of the images are proven up to {}.':
    '{0}：探索で見つけた値です。これより近くに判定の変わる画像がないことは、{1} 枚では 1 % 以内、{2} 枚では 10 % 以内の差まで証明できています。半数の画像では {3} まで証明済みです。',
};
