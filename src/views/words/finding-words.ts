/** What stands out of an evaluation, in English. */
export const findingsEn = {
  title: 'What stands out',
  note: 'Beyond chance: p below 0.05 for all of this together (adjusted by Holm).',
  drift: (
    truth: string,
    mistakes: number,
    to: readonly { readonly name: string; readonly count: number }[],
  ) => {
    const [plural, first] = [truth.length === 1 ? `${truth}s` : `Images of ${truth}`, to[0]];
    if (to.length === 1) return `${plural} drift to ${first.name}: ${first.count} of ${mistakes} misread`;
    const all = to.reduce((sum, { count }) => sum + count, 0);
    const named = to.map(({ name, count }) => `${name} (${count})`);
    return `${plural} drift to ${listedEn(named)}: ${all} of ${mistakes} misread`;
  },
  weak: (classes: readonly { readonly name: string; readonly share: string }[]) =>
    `Read worse than the other classes: ${listedEn(classes.map(({ name, share }) => `${name} (${share})`))}`,
  surer: (confidence: string, right: string) =>
    `It is surer than it is right: a mean confidence of ${confidence}, and ${right} right`,
  lessSure: (confidence: string, right: string) =>
    `It is right more often than it is sure: a mean confidence of ${confidence}, and ${right} right`,
};

/** The same in Japanese. */
export const findingsJa: typeof findingsEn = {
  title: '目立つ傾向',
  note: '偶然とは考えにくいものだけを挙げています（Holm の方法で補正し、全体で p < 0.05）。',
  drift: (truth, mistakes, to) => {
    if (to.length === 1)
      return `${truth} は ${to[0].name} と誤認されやすい：誤り ${mistakes} 枚のうち ${to[0].count} 枚`;
    const all = to.reduce((sum, { count }) => sum + count, 0);
    const named = to.map(({ name, count }) => `${name}（${count} 枚）`).join('、');
    return `${truth} は ${named}と誤認されやすい：誤り ${mistakes} 枚のうち計 ${all} 枚`;
  },
  weak: (classes) =>
    `ほかのクラスより正しく読めないクラス：${classes.map(({ name, share }) => `${name}（${share}）`).join('、')}`,
  surer: (confidence, right) => `正しさのわりに自信が強すぎる：確信度の平均 ${confidence}、正解率 ${right}`,
  lessSure: (confidence, right) => `正しさのわりに自信が控えめ：確信度の平均 ${confidence}、正解率 ${right}`,
};

function listedEn(items: readonly string[]): string {
  return items.length < 2
    ? items.join('')
    : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}
