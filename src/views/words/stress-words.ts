import type { Language } from './words.js';

/** What the page of a stress test says, in English, beside what all pages say. */
const stressEn = {
  title: (model: string, data: string) => `Under stress: ${model} on ${data}`,
  result: 'What is left of it',
  figureNote: (clean: string, ways: number) =>
    `on average of ${ways} ways to make images worse, and ${clean} of the images as they are.`,
  worst: (share: string, name: string, strength: string) => `The worst: ${share} (${name}, ${strength}).`,
  seed: 'Seed',
  curves: 'Curves',
  curvesNote:
    'The accuracy at each strength, the images as they are on the left; the band is its 95 % interval (Wilson). The dashed line is guessing.',
  strength: 'strength',
  examples: 'What it looks like',
  examplesNote: 'The first image as it is, then at each strength.',
  asIs: 'as it is',
  flips: 'The nearest flip',
  flipsNote: (images: string) =>
    `How far the nearest image lies that the network takes for something else, of the first ${images}: by the largest change of a pixel (L∞), and by the root of the sum of squares (L2), in shares of white. Pixels stay between black and white.`,
  flipsHow:
    'Found: an image this far gets another verdict. Proven: none that is nearer does. The true distance lies between the two.',
  found: 'found',
  proven: 'proven',
  median: 'median',
  within: (percent: string) => `proven to ${percent}`,
  flipped: 'Images and their nearest flips',
  flippedNote:
    'The image, and beside it the nearest one found by its largest change, with what each is taken for.',
  shareOfImages: 'share of the images',
  none: 'None was found.',
  largest: 'largest pixel (L∞)',
  euclidean: 'Euclidean (L2)',
  distance: 'distance',
};

type StressWords = typeof stressEn;

const stressJa: StressWords = {
  title: (model, data) => `ストレステスト：${model}（${data}）`,
  result: '結果',
  figureNote: (clean, ways) => `${ways} 通りの劣化での平均正解率。元の画像では ${clean}。`,
  worst: (share, name, strength) => `最も低いのは ${share}（${name}、${strength}）。`,
  seed: '乱数の種',
  curves: '劣化の強さと正解率',
  curvesNote:
    '左端が元の画像、右へ行くほど強い劣化。帯は 95 % 信頼区間（ウィルソン）、破線は当てずっぽうの正解率。',
  strength: '強さ',
  examples: '劣化した画像の例',
  examplesNote: '最初の画像について、元のものと各強さのもの。',
  asIs: '元の画像',
  flips: '判定が変わる最も近い画像',
  flipsNote: (images) =>
    `最初の ${images} 枚について、別の数字と判定される最も近い画像までの距離。最も変えた画素の変化量（L∞）と二乗和の平方根（L2）で測り、白を 1 とする。画素は黒と白の間に収まる。`,
  flipsHow:
    '「発見」はその距離で判定が変わる画像が実際に見つかったこと、「証明」はそれより近くにはないと証明できたことを示す。真の距離は両者の間にある。',
  found: '発見',
  proven: '証明',
  median: '中央値',
  within: (percent) => `差が ${percent} 以内`,
  flipped: '画像と、判定が変わる最も近い画像',
  flippedNote: '左が元の画像、右が見つかった最も近い画像（L∞）。それぞれの判定を添える。',
  shareOfImages: '画像の割合',
  none: '見つからなかった。',
  largest: '最大の画素（L∞）',
  euclidean: 'ユークリッド（L2）',
  distance: '距離',
};

/** What a stress test's page says in each language. */
export const STRESS_WORDS: Readonly<Record<Language, StressWords>> = { en: stressEn, ja: stressJa };

/** What each corruption is, and what its strengths are: in Japanese. In English they are called as they are. */
export const CORRUPTIONS_JA: Readonly<Record<string, readonly [name: string, unit: string]>> = {
  shift: ['ずらし', '画素（28 画素中）、任意の方向'],
  rotate: ['回転', '度、左右どちらか'],
  scale: ['拡大・縮小', '倍、または 1/倍'],
  shear: ['せん断', '1 行あたりの画素、左右どちらか'],
  thin: ['細い線', '縁から削る画素（28 画素中）'],
  thick: ['太い線', '縁に足す画素（28 画素中）'],
  noise: ['雑音', '標準偏差（白を 1 とする）'],
  blur: ['ぼかし', '標準偏差、画素（28 画素中）'],
  contrast: ['コントラスト低下', '倍'],
  occlusion: ['遮蔽', '黒い正方形の一辺の画素（28 画素中）'],
  stripes: ['縞', '白い行または列の数'],
  inverted: ['反転', '陰画までの割合'],
};
