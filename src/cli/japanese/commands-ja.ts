/** Headings of the help, places for values, and what commands do. */
export const COMMANDS_JA: Readonly<Record<string, string>> = {
  'Usage:': '使い方:',
  'Arguments:': '引数:',
  'Options:': 'オプション:',
  'Commands:': 'コマンド:',
  'Examples:': '例:',

  address: 'アドレス',
  character: '文字',
  class: 'クラス',
  column: '列',
  command: 'コマンド',
  count: '数',
  epochs: 'エポック数',
  file: 'ファイル',
  files: 'ファイル',
  folder: 'フォルダー',
  folders: 'フォルダー',
  format: '形式',
  how: '方法',
  image: '画像',
  images: '画像',
  input: '入力',
  json: 'JSON',
  labels: 'ラベル',
  language: '言語',
  layer: '層',
  MiB: 'MiB',
  ms: 'ミリ秒',
  n: '番号',
  name: '名前',
  names: '名前',
  network: 'ネットワーク',
  networks: 'ネットワーク',
  neurons: 'ニューロン数',
  number: '数値',
  options: 'オプション',
  origin: 'オリジン',
  path: 'パス',
  pixels: '画素数',
  plan: '計画',
  psi: 'PSI',
  rate: '学習率',
  reference: '基準',
  scale: '尺度',
  seconds: '秒',
  share: '割合',
  size: '大きさ',
  url: 'URL',
  value: '値',
  weight: '重み',
  what: '対象',

  'The small digit network of the well-known introduction, run for real.':
    'ニューラルネットワークの入門でおなじみの、手書き数字を読む小さなネットワークを実際に動かします。',
  'evaluate a network on labelled images: accuracy, confusion matrix, and where it goes wrong':
    'ラベル付きの画像でネットワークを評価する：正解率、混同行列、どこで間違えるか',
  'turn images in CSV, IDX, NumPy or pictures into predictions: one a row, in input order, for as long as input comes':
    '画像（CSV、IDX、NumPy、PNG、JPEG）を予測に変える：1 枚につき 1 行、入力の順に、入力が続く限り',
  'tell which of two networks or more is better, on the same images, and whether that is chance':
    '複数のネットワークを同じ画像で比べ、どれが優れているか、その差が偶然でないかを判定する',
  'make images worse in seeded ways, and see what the network still reads right':
    '再現できる乱数で画像を劣化させ、ネットワークがどこまで正しく読めるかを調べる',
  'find the weights and biases of a network: learn from labelled images':
    'ラベル付きの画像から学習し、ネットワークの重みとバイアスを求める',
  'write a network in another format: safetensors, ONNX, NumPy, JSON, C, JavaScript':
    'ネットワークを別の形式で書き出す：safetensors、ONNX、NumPy、JSON、C、JavaScript',
  'see inside a network: what a digit lights up, and why':
    'ネットワークの中を見る：数字の画像でどこが光るか、それはなぜか',
  'evaluate, and make one HTML page of it: matrix, mistakes with their images, neurons':
    '評価の結果を 1 つの HTML にまとめる：混同行列、間違えた画像、ニューロン',
  'make one HTML page to draw digits on: the network lights up, and you can turn its knobs':
    '数字を書いて試せる HTML を作る：書くとネットワークが光り、重みなども動かせる',
  'divide a run among many machines: where each shard of the input begins, as one JSON file':
    '処理を多数のマシンに分ける：入力をシャードに区切る位置を 1 つの JSON に書く',
  'put the shards of a plan together: the very bytes that one machine would have written':
    '計画のシャードを 1 つにまとめる：1 台で処理したときとまったく同じバイト列になる',
  'answer over HTTP what a network says of images: the Open Inference Protocol, pictures, rows':
    'ネットワークの予測を HTTP で返す：Open Inference Protocol、画像ファイル、CSV などの行',
  'a run on many machines by a queue in Redis: submit a plan, work on it, see how far it is':
    'Redis のキューを介して多数のマシンで処理する：計画の投入、処理、進み具合の確認',

  'draw one image and all it lights up: hidden layers, outputs, verdict; and why':
    '1 枚の画像と、それが光らせるもの（隠れ層、出力、判定）を描き、その理由も示す',
  "draw all of a layer: the weights of each neuron, and a' = f(Wa + b) as matrix and vectors":
    "1 つの層をすべて描く：各ニューロンの重みと、行列とベクトルで表した a' = f(Wa + b)",
  'draw what one neuron looks for, what lights it most, and what it does to each output':
    '1 個のニューロンが何を探し、どの画像で最も強く光り、各出力をどう動かすかを描く',
  'layers, parameters, how weights are spread, which neurons fire, and what each is worth':
    '層、パラメーター数、重みの分布、どのニューロンが発火し、それぞれがどれだけ役立っているか',
  'change the network, or what it is fed: accuracy, confusion and neurons, after less before':
    'ネットワークや入力を変えてみる：正解率、混同行列、ニューロンがどう変わるか',
  'make a pattern detector by hand, and see which images it lights on':
    'パターン検出器を手作りし、どの画像で光るかを見る',

  'put all shards of a plan into the queue, and the merge after them':
    '計画のすべてのシャードと、最後にまとめる処理をキューに入れる',
  'score shards of whatever runs are in the queue, until it is told to end':
    'キューにあるシャードを、終了を指示されるまで処理し続ける',
  'how far runs are, when they will be done, and which shards were set aside, and why':
    '進み具合、終わる見込み、除外されたシャードとその理由を示す',
  'put shards that were set aside back into the queue, and the merge after them':
    '除外されたシャードと、最後にまとめる処理をキューに戻す',
  'take a run out of Redis; shards that were scored stay where they are':
    '処理を Redis から取り除く（処理済みのシャードはそのまま残る）',
};
