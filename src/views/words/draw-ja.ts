import { layerSizes } from '../../network/network.js';
import type { drawEn } from './draw-en.js';

/** The same in Japanese. */
export const drawJa: typeof drawEn = {
  title: '数字を書こう：動くニューラルネットワーク',
  heading: '数字を書いてみよう',
  network: 'ネットワーク',
  language: '言語',
  sizes: (layers, { height, width }) => `${height} × ${width} = ${layerSizes({ layers }).join(' → ')}`,

  pad: '書くところ。マウス、指、ペンで書けます。キーボードでは、矢印で移動、Enter で塗り、Shift と矢印で線を引きます。',
  tools: '道具',
  draw: '書く',
  erase: '消す',
  pixel: '画素',
  move: '動かす',
  undo: '元に戻す',
  clear: '全部消す',
  width: '太さ',
  shade: '明るさ',
  placement: '置き方',
  drawn: '書いたまま',
  boxed: '20 × 20 の枠',
  centred: '重心を中央に',
  placed: {
    drawn: '書いた場所のまま、ネットワークに見せます。',
    boxed: '20 × 20 に縮め、枠の中心を画像の中央に置きます。',
    centred: '20 × 20 に縮め、MNIST と同じように、重心を画像の中央に置きます。',
  },
  examples: 'テストデータから：半分は誤認識された画像です',
  example: (name, number) => `${name}（画像 ${number}）`,

  nothingDrawn: '数字を書いてください',
  sure: (name, share) => `${name}（${share}）`,
  unsure: (name, share) => `自信なし：${name}（${share}）`,
  sigmoidSum: (sum) => `出力はそれぞれ独立に決まるため、合計は 100 % とは限りません（今は ${sum}）。`,
  doubts: {
    'several digits': '数字が複数あるようです。',
    'a page or noise': '文書かノイズのようです。',
    'blank paper': '何も書かれていません。',
  },
  stage: 'ネットワーク',
  neuron: (layer, neuron, name) => (name === null ? `第 ${layer} 層のニューロン ${neuron}` : `出力 ${name}`),
  shownOf: (shown, all) => `${all} 個中 ${shown} 個`,
  unroll: '画像を 1 列の画素に並べる',
  replay: 'もう一度流す',
  raises: '活性値を上げる',
  lowers: '活性値を下げる',
  lit: '明るさ：活性値',
  outputs: '出力',
};
