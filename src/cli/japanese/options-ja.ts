/** Arguments and options of all that reads, runs or judges. */
export const OPTIONS_JA: Readonly<Record<string, string>> = {
  'display help for command': 'ヘルプを表示する',
  'output the version number': 'バージョンを表示する',
  'of what is said, and of pages; errors are English': '表示とページの言語。エラーは英語で表示する',
  'nothing on stderr but errors': '標準エラー出力にはエラーだけを出す',
  'say nothing on stderr but errors': '標準エラー出力にはエラーだけを出す',
  'the stack of an error': 'エラー時にスタックトレースを表示する',
  'what to print': '出力の形式',
  'what to write': '出力の形式',

  'IDX, CSV, NumPy, PNG or JPEG, a folder of pictures or of the usual names, an http(s) URL, or - (default: the MNIST test set)':
    'IDX、CSV、NumPy、PNG、JPEG、画像または標準的な名前のファイルが入ったフォルダー、http(s) の URL。- は標準入力（既定値：MNIST テストデータ）',
  'IDX, CSV, NumPy, pictures, a folder, an http(s) URL, or - (default: the MNIST test set)':
    'IDX、CSV、NumPy、画像ファイル、フォルダー、http(s) の URL。- は標準入力（既定値：MNIST テストデータ）',
  'labelled images to try: IDX, CSV, NumPy, a folder, an http(s) URL, or - (default: the MNIST test set)':
    '試しに使うラベル付きの画像：IDX、CSV、NumPy、フォルダー、http(s) の URL。- は標準入力（既定値：MNIST テストデータ）',
  'CSV, IDX, NumPy or picture files, http(s) URLs, folders of pictures, patterns such as *.csv, or - for stdin':
    'CSV、IDX、NumPy、画像のファイル、http(s) の URL、画像のフォルダー、*.csv のようなパターン。- は標準入力',
  'CSV, IDX, NumPy or picture files, http(s) URLs, folders of pictures, patterns such as *.csv':
    'CSV、IDX、NumPy、画像のファイル、http(s) の URL、画像のフォルダー、*.csv のようなパターン',
  'their labels (default: those that come with the images, or lie beside them)':
    '画像のラベル（既定値：画像に付いているもの、または同じ場所にあるもの）',
  'their labels (default: those that come with them)': '画像のラベル（既定値：画像に付いているもの）',
  'their labels (default: those that come with the images, or lie beside them, if there are any)':
    '画像のラベル（既定値：画像に付いているもの、または同じ場所にあるもの。なければラベルなし）',
  'networks (two or more: sigmoid, relu, or files), then images and labels (default: the MNIST test set)':
    'ネットワーク（2 つ以上：sigmoid、relu、またはファイル）、続いて画像とラベル（既定値：MNIST テストデータ）',

  'a network: sigmoid, relu, or a file: safetensors, ONNX, Keras, PyTorch, NumPy, JSON':
    'ネットワーク：sigmoid、relu、またはファイル（safetensors、ONNX、Keras、PyTorch、NumPy、JSON）',
  'a network: sigmoid, relu, or a file that digitflow wrote':
    'ネットワーク：sigmoid、relu、または digitflow が書いたファイル',
  'sigmoid, relu, or a file: safetensors, ONNX, Keras, PyTorch, NumPy, JSON':
    'sigmoid、relu、またはファイル（safetensors、ONNX、Keras、PyTorch、NumPy、JSON）',
  "one for each layer where the network's file does not say: identity, sigmoid, relu, tanh, softmax; separated by commas (default: found by trying it)":
    'ネットワークのファイルに書かれていない場合の、各層の活性化関数：identity、sigmoid、relu、tanh、softmax。コンマ区切り（既定値：実際に試して判断）',
  "what the network's outputs stand for, in order, separated by commas (default: as its file says, or digits)":
    'ネットワークの各出力が表すもの。順に、コンマ区切り（既定値：ファイルの記載、なければ数字）',
  'what runs an ONNX file that is no dense network: onnxruntime, after npm install onnxruntime-node':
    '全結合でない ONNX ファイルを動かすもの：onnxruntime（先に npm install onnxruntime-node が必要）',

  'how many of the worst mistakes to show': '確信度の高い誤認識を何枚示すか',
  'keep label and prediction of every image: a NumPy array (images, 2) of uint8, for --baseline of later runs':
    '全画像のラベルと予測を保存する：形状 (画像数, 2)、uint8 の NumPy 配列。後の --baseline で使う',
  'evaluate all outputs as well: top-k, log loss, Brier score, areas under ROC and other curves':
    'すべての出力も評価する：top-k、対数損失、Brier スコア、ROC 曲線などの下の面積',
  'exit with 1 when the accuracy is lower, such as 0.94 or 94%':
    '正解率がこれを下回れば終了コード 1（例：0.94 または 94%）',
  'exit with 1 when the recall of a class is lower, such as 8=0.9; without a class: of each one that has images and is not named (may be given again)':
    'クラスの再現率がこれを下回れば終了コード 1（例：8=0.9）。クラスを省くと、名指ししていない、画像のある全クラス（繰り返し指定できる）',
  'exit with 1 when the expected calibration error is higher, such as 0.02':
    '期待キャリブレーション誤差がこれを上回れば終了コード 1（例：0.02）',
  'exit with 1 when the accuracy is significantly lower than in this JSON of an earlier evaluation of the same images (p < 0.05; image by image where it was made with --verdicts)':
    '同じ画像を以前に評価した JSON より正解率が有意に低ければ終了コード 1（p < 0.05。--verdicts を付けて作ったものなら画像ごとに比べる）',
  'with --baseline: exit with 1 only when the accuracy is lower by more than this, significantly or not, such as 0.5%':
    '--baseline とともに：有意かどうかにかかわらず、正解率の低下がこれを超えたときだけ終了コード 1（例：0.5%）',
  "where to write what was found as JUnit's XML, a test case for each of these":
    '判定の結果を JUnit の XML で書くファイル。基準ごとに 1 つのテストケースになる',
  "cut the evaluation by a column of the CSV (a name, or a number from 1), by thickness, slant or size of the ink, by writer of QMNIST's labels, or by a file of one value an image (lines, IDX, NumPy); may be given again":
    '評価を区分ごとに分ける：CSV の列（名前、または 1 からの番号）、thickness（線の太さ）、slant（傾き）、size（大きさ）、writer（QMNIST のラベルにある書き手）、または画像ごとの値のファイル（1 行 1 値、IDX、NumPy）。繰り返し指定できる',
  'evaluate only the first images': '先頭から何枚を評価するか',
  'only the first images': '先頭から何枚を使うか',

  "how a pixel becomes a brightness: scale=1/255, offset=0, mean=0.1307, std=0.3081, inverted, transposed; separated by commas (default: the network's own way)":
    '画素値を明るさに直す方法：scale=1/255、offset=0、mean=0.1307、std=0.3081、inverted（反転）、transposed（転置）。コンマ区切り（既定値：ネットワークが定める方法）',
  "how a pixel becomes a brightness; see evaluate (default: the network's own way)":
    '画素値を明るさに直す方法。evaluate のヘルプを参照（既定値：ネットワークが定める方法）',
  "how a pixel becomes a brightness (default: the network's own way)":
    '画素値を明るさに直す方法（既定値：ネットワークが定める方法）',
  'threads; 0 does without (default: by the cores and the input)':
    'スレッド数。0 なら使わない（既定値：コア数と入力に応じて決める）',
  'threads; 0 does without (default: by the cores)':
    'スレッド数。0 なら使わない（既定値：コア数に応じて決める）',
  'threads; 0 does without': 'スレッド数。0 なら使わない',
  'images a batch (default: as many as 4 MiB hold)': '1 バッチの画像数（既定値：4 MiB に収まる枚数）',
  'rows a batch, roughly (default: by the input)': '1 バッチのおよその行数（既定値：入力に応じて決める）',

  'whether the first row names the columns': '最初の行が見出しかどうか',
  'where the label stands: first, last, none, one-hot, a name, or a number from 1':
    'ラベルの列。first（最初）、last（最後）、none（なし）、one-hot、列名、または 1 からの番号',
  'a column to carry through: a name, a number from 1, or none':
    '出力にそのまま写す列。列名、1 からの番号、または none（なし）',
  'comma, semicolon, tab, space, or the character itself':
    '区切り文字。comma（コンマ）、semicolon（セミコロン）、tab（タブ）、space（空白）、または文字そのもの',
  'what pixels mean: the value that is white (255, 16, 1), black..white (-1..1), or how they were standardized (mean=0.1307,std=0.3081); one for all of a file':
    '画素値の意味：白を表す値（255、16、1）、黒..白（-1..1）、または標準化の値（mean=0.1307,std=0.3081）。ファイル全体に 1 つ',
  'whether pixels stand column by column': '画素が列の順に並んでいるかどうか',
  'take dark for bright: digits are dark on bright paper': '明暗を逆に読む：明るい紙に暗い数字の場合',
  'take pixels as they are (default: pictures by their paper; else what the network reads)':
    '明暗をそのまま読む（既定値：画像ファイルは紙の色から判断、ほかはネットワークが読めるほう）',
  'the label of the first class, where labels count': 'ラベルが番号のとき、最初のクラスのラベル',
  "classes of labels that are not the network's: 10=0, or A=10,B=11":
    'ネットワークのクラスと異なるラベルの対応：10=0、A=10,B=11 など',
  'how letters are stored: utf8, latin1, windows-1252, shift_jis, …; ids become UTF-8':
    '文字コード。utf8、latin1、windows-1252、shift_jis など。id は UTF-8 に直して出力する',
  'pictures: auto makes what is not like MNIST so, none takes the pixels as they are (default: auto)':
    '画像ファイル：auto は MNIST に似ていないものを MNIST と同じ体裁に整え、none は画素をそのまま使う（既定値：auto）',

  'make a shard of a plan (see digitflow plan), which says what is read':
    '計画（digitflow plan を参照）のシャードを処理する。何を読むかは計画が定める',
  'with --plan: which shard, from 0; a range, 3-7; or auto: the number that a scheduler gave to the task':
    '--plan とともに：0 からのシャード番号、3-7 のような範囲、または auto（ジョブスケジューラーがタスクに割り当てた番号）',
  "with --plan: what the plan's paths are relative to, here (default: .)":
    '--plan とともに：計画に書かれたパスの、このマシンでの起点（既定値：.）',
  'with --plan: the folder of all shards': '--plan とともに：全シャードを置くフォルダー',
  'with --plan: keep what digitflow merge --report shows':
    '--plan とともに：digitflow merge --report が示すものも残す',

  'write ImageId,Label, counted from 1 over all files':
    'ImageId,Label の形で書く。番号は全ファイルを通して 1 から',
  "all of the network's outputs, one a class": 'ネットワークの全出力も書く（クラスごとに 1 つ）',
  'the best so many classes with their confidences': '上位いくつのクラスを確信度とともに書くか',
  "put ' before ids and names that begin with = + - @ tab or a line end":
    "= + - @ タブ 改行で始まる id や名前の前に ' を付ける",
  "put ' before what a spreadsheet would take for a formula":
    "表計算ソフトが数式とみなすものの前に ' を付ける",
  'where to write (default: stdout); <file>.progress says how far it is until it is done; with --plan: the folder of shards':
    '出力先（既定値：標準出力）。終わるまでは、どこまで済んだかを、名前に .progress を付けたファイルに残す。--plan とともに使うときは、シャードを置くフォルダー',
  'go on with the --out of an interrupted run: same inputs, network and options':
    '中断した処理の --out の続きから始める（入力、ネットワーク、オプションは同じにする）',
  'where to write what was counted, as JSON (digitflow.score/1), however the run ends':
    '集計を JSON（digitflow.score/1）で書くファイル。どのように終わっても書く',
  'where to write what was counted, as JSON (digitflow.score/1)':
    '集計を JSON（digitflow.score/1）で書くファイル',
  'where to write what was counted, as JSON': '集計を JSON で書くファイル',
  'what a bad row does (default: fail)':
    '不正な行の扱い：fail（中止）、skip（飛ばす）、reject（取り分ける）（既定値：fail）',
  'where bad rows go, as CSV: file, line, reason, row; implies --on-error reject':
    '不正な行を書き出す CSV：ファイル、行番号、理由、行。--on-error reject を兼ねる',
  'give up after more bad rows than that; with --on-error skip or --rejects':
    '不正な行がこれを超えたら中止する。--on-error skip または --rejects とともに使う',
  'how long a row may wait for others to be scored with it':
    'ほかの行とまとめて処理するために、行を待たせてよい時間',
  'note where images are not like those that the network was trained on: images of these, or default for 500 of MNIST':
    '学習に使った画像と似ていない箇所を知らせる：学習に使った画像のファイル、または default（MNIST の 500 枚）',
  'with --drift: compare so many images at a time (default: 1000)':
    '--drift とともに：一度に比べる枚数（既定値：1000）',
  'with --drift: the stability index that is too much (default: 0.25), and exit with 1 where it is more':
    '--drift とともに：許容する安定性指標（PSI）の上限。超えれば終了コード 1（既定値：0.25）',

  'the images; then all words are networks': '画像。指定すると、引数はすべてネットワークとみなす',
  'their labels; then all words are networks': '画像のラベル。指定すると、引数はすべてネットワークとみなす',
  'how many images to keep that only one of two reads right; a terminal shows 10 (default: 24)':
    '一方だけが正解した画像を何枚残すか。端末には 10 枚を示す（既定値：24）',
  'write a page, too: one HTML file, with the images; - for stdout, in place of the text':
    '画像入りの HTML も 1 つ書く。- なら、文字の代わりに標準出力へ書く',
  'some of shift, rotate, scale, shear, thin, thick, noise, blur, contrast, occlusion, stripes, inverted, separated by commas':
    '劣化の種類をコンマ区切りで選ぶ：shift（ずらし）、rotate（回転）、scale（拡大・縮小）、shear（せん断）、thin（細い線）、thick（太い線）、noise（雑音）、blur（ぼかし）、contrast（コントラスト低下）、occlusion（遮蔽）、stripes（縞）、inverted（反転）',
  'of how many images to look for the nearest one with another verdict':
    '判定が変わる最も近い画像を、先頭から何枚について探すか',
  'write a page, too: one HTML file, with curves and images; - for stdout, in place of the text':
    '曲線と画像入りの HTML も 1 つ書く。- なら、文字の代わりに標準出力へ書く',
  'decides all that is random': '乱数の種。ランダムなものはすべてこれで決まる',
  'decides all that is random (default: 1)': '乱数の種。ランダムなものはすべてこれで決まる（既定値：1）',
};
