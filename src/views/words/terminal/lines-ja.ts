/** A text with places, or a function of what stands in them. */
export type Said = string | ((...parts: string[]) => string);

/** What was done to so many pictures, or to all. */
const pictures = (done: string) => (count: string) =>
  count === 'all' ? `すべて${done}` : `${count} 枚は${done}`;

/** `12:05` and `3:12:05` with their units. */
const clock = (time: string) =>
  time
    .split(':')
    .map((part, n, parts) => `${part} ${['時間', '分', '秒'][n + 3 - parts.length]}`)
    .join(' ');

/** The lines on stderr, and phrases that more than one of them has. */
export const LINES_JA: Readonly<Record<string, Said>> = {
  '{} image': '{0} 枚',
  '{} images': '{0} 枚',
  '{} of {} images': '{1} 枚中 {0} 枚',
  '{} row': '{0} 行',
  '{} rows': '{0} 行',
  '{} record': '{0} 件',
  '{} records': '{0} 件',
  '{} shard': 'シャード {0} 個',
  '{} shards': 'シャード {0} 個',
  '{} rejected': '不正 {0} 行',
  '{} of them rejected': 'うち {0} 行は不正',
  '{} ms': '{0} ミリ秒',
  '{} s': '{0} 秒',
  '{} min': (time) => clock(time),
  '{} h': (time) => clock(time),
  '{~} left': '残り {0}',
  '{} million images/s': (millions) => `${Number((Number(millions) * 100).toPrecision(3))} 万枚/秒`,
  '{} images/s': '{0} 枚/秒',
  '{} rows/s': '{0} 行/秒',
  '{} MB/s': '{0} MB/秒',
  '{} kB/s': '{0} kB/秒',
  '{} GB/s': '{0} GB/秒',
  '{} bytes': '{0} バイト',
  '{} % right': '正解率 {0} %',
  '{} %  {*}': '{0} %  {1}',
  'no threads: {}': 'スレッドなし：{0}',
  '1 worker: {}': 'ワーカー 1 個：{0}',
  '{} workers: {}': 'ワーカー {0} 個：{1}',
  'no threads': 'スレッドなし',
  '1 worker': 'ワーカー 1 個',
  '{} workers': 'ワーカー {0} 個',

  'interrupted; {*} (again to leave at once)': '中断しました。{0}（もう一度押すとただちに終了します）',
  'finishing what was read': '読み取った分を処理して終わります',
  'no plan is written': '計画は書きません',
  'nothing is written': '何も書きません',
  'nothing is left of the shard at hand': '処理中のシャードは残しません',
  'keeping the best so far': 'それまでで最良のものを残します',
  '{}: {} kB, open it in a browser': '{0}：{1} kB。ブラウザーで開いてください',
  '{}: of a network that is not in the page; give that one with --model':
    '{0}：ページにないネットワークの記録です。--model でそのネットワークを指定してください',
  'accuracy: expected {*}, found {*}': '正解率：基準は {0}、結果は {1}',
  'recall of {}: expected {*}, found {*}': '{0} の再現率：基準は {1}、結果は {2}',
  'calibration error: expected {*}, found {*}': 'キャリブレーション誤差：基準は {0}、結果は {1}',
  'accuracy against {}: expected {*}, found {*}': '{0} と比べた正解率：基準は {1}、結果は {2}',
  '{=}; looking without labels': '{0}。ラベルなしで調べます',
  '{}: may be misread: {*}': '{0}：読み誤るおそれがあります：{1}',
  'an unsure verdict': '判定に自信がない',
  '{} more picture may be misread': 'ほかに {0} 枚、読み誤るおそれがあります',
  '{} more pictures may be misread': 'ほかに {0} 枚、読み誤るおそれがあります',
  '1 picture: {*}': '画像 1 枚：{0}',
  '{} pictures: {*}': '画像 {0} 枚：{1}',
  'left as is': 'そのまま',
  '{} left as is': pictures('そのまま'),
  '{} inverted': pictures('明暗を反転'),
  '{} inverted (its background is bright)': pictures('明暗を反転（背景が明るいため）'),
  '{} scaled and centred by mass': pictures('大きさをそろえ、重心を中央に'),
  '{} scaled and centred by its box': pictures('大きさをそろえ、枠を中央に'),
  '{} with thicker strokes': pictures('線を太く'),
  '{} with thinner strokes': pictures('線を細く'),
  '{} without ink': pictures('白紙'),
  inverted: '明暗を反転',
  'not inverted': '反転なし',
  transposed: '転置',
  'not transposed': '転置なし',
  'inverted (its background is bright)': '明暗を反転（背景が明るいため）',
  'scaled from {} x {} to {} x {} and centred by mass':
    '{0} x {1} から {2} x {3} に縮小・拡大し、重心を中央に',
  'scaled from {} x {} to {} x {} and centred by its box':
    '{0} x {1} から {2} x {3} に縮小・拡大し、枠を中央に',
  'scaled and centred by mass': '大きさをそろえ、重心を中央に',
  'scaled and centred by its box': '大きさをそろえ、枠を中央に',
  'with thicker strokes': '線を太く',
  'with thinner strokes': '線を細く',
  'without ink': '何も書かれていない',
  'a page or noise': '文書かノイズのようです',
  'several digits': '数字が複数あるようです',
  'blank paper': '白紙です',

  accuracy: '正解率',
  'recall of {}': '{0} の再現率',
  'calibration error': 'キャリブレーション誤差',
  'accuracy against {}': '{0} と比べた正解率',
  'at least {}': '{0} 以上',
  'at most {}': '{0} 以下',
  'no significant drop from {}': '{0} から有意に低下しないこと',
  'a drop of at most {} from {}': '{1} からの低下が {0} 以下',
  '{}, as many images ({*})': '{0}、正解数は同じ（{1}）',
  '{}, {} image fewer ({*})': '{0}、正解が {1} 枚減（{2}）',
  '{}, {} images fewer ({*})': '{0}、正解が {1} 枚減（{2}）',
  '{}, {} image more ({*})': '{0}、正解が {1} 枚増（{2}）',
  '{}, {} images more ({*})': '{0}、正解が {1} 枚増（{2}）',
  'not paired: 95 % interval of the difference {} to {}': '対応なし、差の 95 % 信頼区間 {0}～{1}',
  '{} lost': '失った正解 {0} 枚',
  '{} won': '得た正解 {0} 枚',
  'no images to measure it on': '測る画像なし',
  '{}: the job summary could not be written: {=}': '{0}：ジョブの概要を書けませんでした：{1}',
  '{}: not compared image by image, so that only a large drop is found; a smaller one is found where the baseline is made with --verdicts':
    '{0}：画像ごとの比較ではないため、大きな低下しか見つけられません。基準を --verdicts 付きで作れば、小さな低下も見つかります',
  'images {} to {} are not like {}: {*}': '画像 {0}～{1} は {2} と似ていません：{3}',
  '{~}, {~} there (PSI {})': '{0}（基準では {1}、PSI {2}）',
  'confidence {}': '確信度 {0}',
  'brightness {}': '明るさ {0}',
  'read as {} {} %': '{0} との予測 {1} %',
  'distance to the nearest class mean {}': '最も近いクラス平均までの距離 {0}',
  'drift: {} of {} windows of up to {} images is not like {}':
    'ドリフト：最大 {2} 枚ずつの {1} 区間のうち {0} 区間が {3} と似ていません',
  'drift: {} of {} windows of up to {} images are not like {}':
    'ドリフト：最大 {2} 枚ずつの {1} 区間のうち {0} 区間が {3} と似ていません',

  'resuming {} after {} rows': '{0} を {1} 行目の続きから再開します',
  '{} can be gone on with: the same command with --resume':
    '{0} は、同じコマンドに --resume を付けて続きから始められます',
  'no --resume for this run: {=}': 'この処理は --resume で再開できません：{0}',
  'no summary: {=}': '集計を書けませんでした：{0}',
  '{}: pixels turned for it, {}: {*}': '{0}：画素の向きを {1} に合わせました。{2}',
  'the network reads {} % so, {} % with {}': 'ネットワークの正解率は、この読み方で {0} %、{2} なら {1} %',

  '{}: {} cannot be cut: all of its {} are in one shard':
    '{0}：{1} は区切れないため、全体（{2}）が 1 シャードになります',
  'so it is with {} other inputs': 'ほかの {0} 個の入力も同様です',
  '{} shards were asked for: no more places to cut were found':
    'シャード {0} 個の指定でしたが、それ以上区切れる位置がありません',
  '{} shard of {}': 'シャード {0} 個（{1}）',
  '{} shards of about {}': 'シャード {0} 個（各約 {1}）',
  '{} record in {} input': '入力 {1} 個の {0} 件',
  '{} records in {} input': '入力 {1} 個の {0} 件',
  '{} records in {} inputs': '入力 {1} 個の {0} 件',
  '{} input not counted': '件数不明の入力 {0} 個',
  '{} inputs not counted': '件数不明の入力 {0} 個',
  '1 bad row was set aside in the shards; --rejects has it':
    'シャードに不正な行が 1 行あります。--rejects で書き出せます',
  '{} bad rows were set aside in the shards; --rejects has them':
    'シャードに不正な行が {0} 行あります。--rejects で書き出せます',
  '{}: no shard of this plan, which has {}; left out':
    '{0}：この計画（シャード {1} 個）のシャードではないため除きます',
  '{} and {} more: no shard of this plan, which has {}; left out':
    '{0} ほか {1} 個：この計画（シャード {2} 個）のシャードではないため除きます',
  '{} and {} more: {*}; the size is the same; digitflow plan --digest tells for sure':
    '{0} ほか {1} 個：{2}。大きさは同じです。確かめるには digitflow plan --digest を使ってください',
  '{}: {*}; the size is the same; digitflow plan --digest tells for sure':
    '{0}：{1}。大きさは同じです。確かめるには digitflow plan --digest を使ってください',
  'the server tells neither an ETag nor when it was changed': 'サーバーが ETag も更新時刻も示しません',
  'changed at another time than the plan says, as copies are':
    '更新時刻が計画と異なります（コピーなら普通のことです）',
  'shard {} is made anew: {=}': 'シャード {0} を作り直します：{1}',
  'shard {} is done: {}': 'シャード {0} は処理済みです：{1}',
  'shard {}: {*}': 'シャード {0}：{1}',
  'shard {} of {}: {*}': 'シャード {0}（{1}）：{2}',
  'merge of {}: {*}': 'まとめ（{0}）：{1}',

  '{}: {~} submitted': '{0}：{1}を投入しました',
  '{}: {~}, all submitted before': '{0}：{1}はすべて投入済みです',
  '{}: {~} tried again': '{0}：{1}を再び試します',
  '{}: nothing was set aside': '{0}：除外されたものはありません',
  '{}: removed': '{0}：取り除きました',
  'no run is in the queue': 'キューに処理はありません',
  '{}: given to another, its worker fell silent': '{0}：ワーカーの応答がないため、別のワーカーに渡しました',
  '{}: given back': '{0}：返しました',
  '{}: stopped, another worker has it by now': '{0}：止めました。今は別のワーカーが処理しています',
  'shard {} does not end: this worker may be at fault':
    'シャード {0} が終わりません。このワーカーに問題があるおそれがあります',
  '{}: {=}; tried again soon': '{0}：{1}。まもなく再び試します',
  '{}: {=}; set aside': '{0}：{1}。除外しました',
  '{} shards in a row were set aside: this worker may be at fault':
    'シャードを {0} 個続けて除外しました。このワーカーに問題があるおそれがあります',
  'was done before': '処理済み',
  'in {}': '出力先 {0}',
  'all shards are there': 'すべてのシャードがそろいました',
  '{} of {} is there twice and equal ({} is taken)':
    'シャード {0}（全 {1} 個）は 2 つあり同じ内容です（{2} を使います）',
  '{} of {} are there twice and equal ({} is taken)':
    'シャード {0}（全 {1} 個）は 2 つずつあり同じ内容です（{2} などを使います）',
  'working; SIGTERM or Ctrl-C ends it': '処理を始めます。SIGTERM または Ctrl-C で終わります',
  'ending; finishing what was begun, or giving it back (again to leave at once)':
    '終了します。処理中のものを終えるか返します（もう一度押すとただちに終了します）',
  '{}: out of reach ({=}); trying again': '{0}：接続できません（{1}）。再び試します',
  '{}: back': '{0}：再び接続しました',
  '{}: may drop a part of a run (maxmemory-policy {}); set noeviction':
    '{0}：処理の一部を捨てるおそれがあります（maxmemory-policy {1}）。noeviction に設定してください',
  '{}: forgets runs when it ends suddenly (appendonly no); then submit again':
    '{0}：突然終了すると処理を忘れます（appendonly no）。そのときはもう一度 submit してください',

  'listening on {} (model {}; all addresses at {})':
    '{0} で待ち受けています（ネットワーク {1}。アドレスの一覧は {2}）',
  'ending; answering what was sent (again to leave at once)':
    '終了します。届いたものに答えます（もう一度押すとただちに終了します）',
  '{}: read again, sha256 {}': '{0}：読み直しました、sha256 {1}',
  'run {} diverged in epoch {} and was left; try a smaller --learning-rate':
    '{0} 回目の学習はエポック {1} で発散したため打ち切りました。--learning-rate を小さくしてみてください',
  '{} of {} epochs': '{1} エポック中 {0} エポック',
  '{} of {} epoch': '{1} エポック中 {0}',
  'loss {}': '損失 {0}',
  'validation {} %': '検証 {0} %',
  'run {} diverged': '{0} 回目は発散',
};
