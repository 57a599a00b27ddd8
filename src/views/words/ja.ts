import type { GateResult } from '../../counting/gate-result.js';
import { besideLimit, layersWords } from '../../counting/wording.js';
import { type en, endsOf } from './en.js';
import { findingsJa } from './finding-words.js';

/** The same in Japanese. */
export const ja: typeof en = {
  language: 'ja',
  title: (data) => `どれだけ正しく読めるか：${data}`,
  skip: '本文へ移動',
  contents: '目次',
  back: '行列に戻る',
  absent: 'なし',
  numbers: '数値',
  listed: (items) => items.join('、'),
  sentences: (items) => items.join(''),
  bracketed: (text) => `（${text}）`,
  titled: (title, text) => `${title}：${text}`,
  range: (low, high) => `${low.replace(' %', '')}～${high}`,
  axis: (name) => `${name}（%）`,

  evaluated: '評価結果',
  accuracyLine: (range, wrong, of) =>
    `正解率${range === null ? '' : `（${range}）`}、${of} 枚中 ${wrong} 枚を誤認識`,
  dataset: (name) =>
    name.replace('MNIST test set', 'MNIST テストデータ').replace('MNIST training set', 'MNIST 訓練データ'),
  resultOf: (network, data, images) => `ネットワーク ${network} で ${data}（${images}）を評価`,
  findings: findingsJa,

  provenance: '評価の条件',
  provenanceOpen: 'データ、ネットワーク、損失',
  data: 'データ',
  fileOf: (path) => `${path}：`,
  images: (count) => `${count} 枚の画像`,
  partialImages: (count) => `最初の ${count} 枚のみ`,
  noDigest: 'ダイジェストなし',
  input: '入力',
  pixels: (height, width) => `${height} × ${width} 画素`,
  brightness: ({ transposed, ...normalization }) => {
    const [from, to] = endsOf(normalization);
    return `明るさ 0～255 を ${from}～${to} に換算${transposed ? '、列ごとに格納' : ''}`;
  },
  network: 'ネットワーク',
  layers: (model) =>
    model.runtime === undefined ? layersWords(model) : `${model.layers.join(' → ')}、${model.runtime} で実行`,
  networkOf: (name, layers, parameters) => `${name}（${layers}）、重みとバイアス ${parameters} 個`,
  accuracy: '正解率',
  interval: (low, high) => `95 % 信頼区間 ${low}～${high} %`,
  otherReading: (how, flags, count, { accuracy, asRead }) =>
    `別の読み方（${readingsIn(how)}）では、${count} 枚のうち ${accuracy} が正解です（この読み方では ${asRead}）。${flags} を指定してください。`,
  nearChance:
    '偶然と変わらず、ほかの読み方も合いません。ラベルはこれらの画像のものですか。ネットワークはこのような画像で学習しましたか。',
  gates: (all, failed) =>
    failed === 0
      ? `合格：${all} 件の基準をすべて満たしています`
      : `不合格：${all} 件の基準のうち ${failed} 件を満たしていません`,
  gatePassed: '合格',
  gateFailed: '不合格',
  gate: gateInJapanese,
  loss: '損失',
  lossOf: (mean, name) => {
    const called =
      name === 'squared error' ? '二乗誤差' : name === 'cross-entropy' ? '交差エントロピー' : name;
    return `${mean}（1 枚あたりの${called}）`;
  },

  matrix: '混同行列',
  matrixNote:
    '行が正解、列が予測です。色の濃さは、行に占める割合を表します。各セルからその画像へ移動できます。',
  matrixTooLarge: (classes) => `${classes} クラスの行列は 1 ページに収まらないため、多い混同だけを示します。`,
  heatRight: '正しく認識（% 以下）',
  heatWrong: '別のクラスと誤認（% 以下）',
  corner: '正解 → 予測',
  all: '計',
  cell: (truth, prediction, count, share) =>
    truth === prediction
      ? `${truth} を正しく認識：${count} 枚、${truth} 全体の ${share}`
      : `${truth} を ${prediction} と誤認：${count} 枚、${truth} 全体の ${share}`,
  confusions: '間違えやすいところ',
  confusion: '正解 → 予測',
  times: '回数',
  shareOfTruth: '正解クラスに占める割合',

  classes: 'クラス別',
  className: 'クラス',
  precision: '適合率',
  recall: '再現率',
  f1: 'F1',
  support: '枚数',
  mean: '平均',

  reliability: '自信と正しさは釣り合っているか',
  reliabilityNote: (error, few) =>
    `棒は、その確信度の画像のうち正解した割合です。縦線はその 95 % 信頼区間、数字は枚数で、${few} 枚未満の棒は薄く描いています。破線に沿っていれば、確信度どおりに正解しています。期待キャリブレーション誤差（ECE）は ${error} です。`,
  noCalibration: 'このネットワークの出力は 0～1 の範囲にないため、確信度としては扱えません。',
  confidence: '確信度',
  count: '画像数',
  right: '正解した割合',

  thresholds: '自信のない画像には答えないとしたら',
  thresholdsNote:
    '確信度の高い予測だけを採用していくと、答える画像は減り、答えの正解率は上がります。印は、しきい値を 50、75、90、95、99 % としたときです。',
  threshold: 'しきい値',
  answered: '回答した割合',

  ranking: '各クラスをどれだけ見分けられるか',
  rankingNote:
    '各クラスの確率（全出力の和に占めるそのクラスの出力の割合）を、そのクラスかどうかの判定に使います。しきい値を動かすとき、そのクラスの画像がどれだけ見つかり、ほかの画像がどれだけ混ざるかを示します。',
  noRanking: 'このネットワークの出力は確率ではないため、曲線と面積は定義されません。',
  roc: 'ROC 曲線',
  falsePositives: '偽陽性率',
  truePositives: '真陽性率',
  precisionRecall: '適合率-再現率曲線',
  lowestCurve: (name, area) => `太線は面積が最小のクラス ${name}（${area}）`,
  rocArea: 'ROC 面積',
  precisionRecallArea: '適合率-再現率の面積',
  top: '上位の候補',
  topK: (k) => `上位 ${k} 位以内`,
  macroF1: 'マクロ F1',
  agreement: '一致度',
  kappa: 'Cohen の κ',
  matthews: 'Matthews 相関係数',
  probability: '確率',
  logLoss: '対数損失',
  brier: 'Brier スコア',
  abstaining: '棄権',
  riskCoverageArea: 'リスク-カバレッジの面積',

  slices: 'どの画像の認識が弱いか',
  slicesNote:
    '正解率の低い順に、95 % 信頼区間とともに示します。破線は全画像の正解率です。色の付いた「有意差あり」の値は、ほかの画像と確かに異なります（Fisher の正確確率検定、全値について Holm の方法で補正した p が 0.05 未満）。',
  sliceTitle: (name, source) => {
    const measured = { thickness: '線の太さ', slant: '傾き', size: '大きさ' }[name];
    return source === 'images' && measured ? `${measured}別` : `${name} 別`;
  },
  sliceValue: (value, source) => (source === 'images' ? binIn(value) : value),
  sliceColumn: '値',
  intervalColumn: '95 % 信頼区間',
  toTheRest: 'ほかとの差（ポイント）',
  apart: '有意差あり',
  fewImages: '画像が少数',
  weakestOf: (shown, of) => `${of} 個の値のうち、正解率の低い ${shown} 個を示します。`,

  mistakes: '自信を持って間違えた画像',
  mistakesNote: '間違えた画像のうち、確信度の高いものです。',
  doubt: (rank) => `ラベル？ ${rank}`,
  doubtNote:
    '「ラベル？」は、ラベルの誤りが疑われる画像です（1 が最も疑わしい）。ネットワークと、最もよく似た 10 枚の画像のラベルとが、合わせて別のクラスを支持しています。誤っているのはラベルとは限りません。ご自身の目で確かめてください。',
  moreDoubt: '確信度はそれより低いが、ラベルの誤りが疑われる画像',
  noDoubt:
    'ラベルの誤りが疑われる画像はありません。ネットワークが間違えた画像では、よく似た画像のラベルがいずれもそのラベルと一致しています。',
  noMistakes: 'ありません。',
  caption: (truth, prediction, confidence) => `${truth} → ${prediction}、${confidence}`,
  alt: (index, truth, prediction) => `画像 ${index}、ラベルは ${truth}、予測は ${prediction}`,

  neurons: 'ニューロンが探しているもの',
  neuronsNote:
    '緑：明るいほど反応が強まる画素（正の値）。青：弱まる画素（負の値）。黒：ほぼ無関係（0 付近）。「±」の後の値で最も鮮やかな色になります（これを超える画素は 1 % です）。弱い値は見やすいよう、やや明るく描いています。',
  rampLow: '弱める −',
  rampHigh: '＋ 強める',
  bias: (value) => `バイアス ${value}`,
  outputOf: (name) => `出力 ${name}`,
  layerWeights: (layer, outputs) => `第 ${layer} 層：${outputs} 個のニューロンの重み`,
  layerGradient: (layer, outputs, over) =>
    `第 ${layer} 層：${outputs} 個のニューロンの反応を強めるもの（最初の ${over} 枚についての平均勾配）`,
  onlyFirst: (shown) => `最初の ${shown} 個を示します。`,
  neuronAlt: (layer, neuron, bias) => `ニューロン ${layer}:${neuron} の重み、バイアス ${bias}`,

  journey: '画像から答えまで',
  journeyNote:
    'クラスごとに、最も高い確信度で正しく読めた画像です。ある層のニューロンが次の層を光らせ、やがて出力の 1 つが答えになります。',
  journeySome: (shown, of, most) =>
    `${of} クラスのうち、正しく読めた画像のある ${shown} クラスを示します（最大 ${most} クラス）。`,
  journeyChoose: (hasMistake) => `画像を選ぶ${hasMistake ? '（最後は、最も高い確信度で間違えた画像）' : ''}`,
  journeyImage: (index, truth, prediction, confidence) =>
    truth === prediction
      ? `画像 ${index} は、ラベルどおり ${prediction} と読まれました（確信度 ${confidence}）。`
      : `画像 ${index} は、ラベルは ${truth} ですが、${prediction} と読まれました（確信度 ${confidence}）。`,
  journeyTruth: '破線の輪で囲んだのが、ラベルの出力です。',
  journeyNegative: '活性値が負のニューロンも暗く描きますが、そのつながりは強さのとおりに描きます。',
  journeyLines:
    '線は活性値に重みを掛けた値で、値が大きいほど太く明るくなります。同じ層に届く線のうち上位 2 % を最も強く描き、ごく弱い線は省いています。画像からの線は全画素の合計です。',
  journeyAlt: '画像と、各層の活性値を光る円で、次の層への働きを線で表した図',
  layerName: (layer) => `第 ${layer} 層`,
  partOf: (shown, of) => `${shown}／${of}`,
  sumOf: (name) => `出力 ${name} を動かすもの`,
  neuron: 'ニューロン',
  timesWeight: '活性値 × 重み',
  othersOf: (count) => `ほか ${count} 個`,
  biasName: 'バイアス',
  sumName: '合計 z',
  pushes: '活性値を上げる',
  holds: '活性値を下げる',
  lit: '活性値',
  activation: '活性値',
  output: '出力',

  cells: '各セルの画像',
  cellsNote: '混同行列の行ごとに開けます。確信度の高い順です。',
  cellRow: (truth, images, wrong) => `${truth}：${images} 枚、うち誤認識 ${wrong} 枚`,
  shownOf: (shown, of) => `${of} 枚中 ${shown} 枚`,
  madeBy: 'digitflow で作成しました。このページはこれだけで完結しており、通信もスクリプトも必要ありません。',
};

function gateInJapanese({ gate, className, limit, value, against }: GateResult): string {
  const found = `結果は ${value === null ? '測定不能（画像なし）' : besideLimit(value, limit)}`;
  const least = `${limit} 以上であること、${found}`;
  if (gate === 'min-accuracy') return `正解率：${least}`;
  if (gate === 'min-recall')
    return `${className === undefined ? '各クラス' : `${className} `}の再現率：${least}`;
  if (gate === 'max-calibration-error')
    return `期待キャリブレーション誤差：${limit} 以下であること、${found}`;
  const pairs = against?.pairs;
  const p = pairs ? `（p = ${Number(pairs.p.toPrecision(2))}）` : '';
  const most = limit === null ? '有意な低下がないこと' : `低下が ${limit} 以下であること`;
  return `${against?.path} に対する正解率の低下：${most}、${found}${limit === null ? p : ''}`;
}

/** What is measured of the ink falls into bins, whose names are English. */
function binIn(bin: string): string {
  if (bin === 'no ink') return 'インクなし';
  return bin
    .replace(/^under (.+)$/, '$1 未満')
    .replace(/^from (.+)$/, '$1 以上')
    .replace(' to ', '～');
}

/** The parts of another reading, as they are called in English. */
const READINGS: readonly (readonly [RegExp, string])[] = [
  [/^transposed$/, '行と列を入れ替える'],
  [/^not transposed$/, '行と列を入れ替えない'],
  [/^inverted$/, '明暗を反転する'],
  [/^not inverted$/, '明暗を反転しない'],
  [/^scale 0 to (.+)$/, '明るさは 0～$1'],
  [/^labels from (.+)$/, 'ラベルは $1 から'],
  [/^labels for other classes$/, 'ラベルは別のクラスのもの'],
  [/^label (\d+) for (.+)$/, 'ラベル $1 は $2'],
  [/^label column first$/, 'ラベルは最初の列'],
  [/^label column last$/, 'ラベルは最後の列'],
];

function readingsIn(how: string): string {
  const inJapanese = (part: string) =>
    READINGS.reduce((text, [english, japanese]) => text.replace(english, japanese), part);
  return how.split(', ').map(inJapanese).join('、');
}
