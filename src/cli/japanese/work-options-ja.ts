/** Options of training, looking, pages, plans, the server and the queue. */
export const WORK_OPTIONS_JA: Readonly<Record<string, string>> = {
  'IDX, CSV, NumPy, a folder of pictures or of the usual names, an http(s) URL, or - (default: the MNIST training set)':
    'IDX、CSV、NumPy、画像または標準的な名前のファイルが入ったフォルダー、http(s) の URL。- は標準入力（既定値：MNIST 訓練データ）',
  'the classes in order, separated by commas (default: by the labels)':
    'クラスを順に、コンマ区切りで（既定値：ラベルから決める）',
  'the size of an image as HEIGHTxWIDTH (default: by the data)':
    '画像の大きさ：高さx幅、28x28 など（既定値：データから決める）',
  'where the network goes, as .safetensors': 'ネットワークを書く .safetensors ファイル',
  'neurons of each hidden layer, or none (default: 16,16)':
    '各隠れ層のニューロン数。隠れ層なしは none（既定値：16,16）',
  'of the hidden layers (default: sigmoid)': '隠れ層の活性化関数（既定値：sigmoid）',
  'of the last layer (default: sigmoid)': '最後の層の活性化関数（既定値：sigmoid）',
  'what is made small: squared-error, cross-entropy, binary-cross-entropy (default: cross-entropy for softmax, else squared-error)':
    '小さくする損失：squared-error（二乗誤差）、cross-entropy（交差エントロピー）、binary-cross-entropy（二値交差エントロピー）（既定値：softmax なら cross-entropy、ほかは squared-error）',
  'how often every image is seen (default: 60)': '全画像を何回学習するか（既定値：60）',
  'images a step (default: 64)': '1 ステップの画像数（既定値：64）',
  'how a step is taken (default: adam)': '最適化手法（既定値：adam）',
  'at its height (default: 0.006)': '学習率の最大値（既定値：0.006）',
  'how the rate falls (default: cosine)': '学習率の下げ方（既定値：cosine）',
  'in which the rate rises to its height (default: 1)': '学習率を最大値まで上げていくエポック数（既定値：1）',
  'what weights lose a step, times the rate (default: 0)':
    '重み減衰：1 ステップごとに重みから引く割合。学習率を掛けて使う（既定値：0）',
  'of the truth spread over all classes (default: 0)':
    'ラベル平滑化：正解のうち全クラスに均等に配る割合（既定値：0）',
  'what averaged weights keep a step; 0 for none (default: 0.999)':
    '重みの移動平均で、1 ステップごとに残す割合。0 なら平均しない（既定値：0.999）',
  'no weight of the first layer leaves it (default: 2)': '第 1 層の重みの絶対値の上限（既定値：2）',
  'vary the images each time (default: light)': '画像に毎回加える変形の強さ（既定値：light）',
  'what is left of that at the end (default: 0.3)': '最後にはその変形をどれだけに弱めるか（既定値：0.3）',
  'networks to train; the best is kept (default: 1)':
    '学習させるネットワークの数。最良のものを残す（既定値：1）',
  'images held out, the last ones, to choose by (default: 10000)':
    '学習に使わず、選択のために取り分ける末尾の画像数（既定値：10000）',
  'threads, for restarts side by side, else to vary images ahead; 0 does without (default: by cores and work)':
    'スレッド数。複数の学習を並行させ、1 つなら画像の変形を先に済ませる。0 なら使わない（既定値：コア数と作業量に応じて決める）',
  'go on from a network: sigmoid, relu, or a file; sizes, activations and classes are its own':
    '学習を始めるネットワーク：sigmoid、relu、またはファイル。大きさ、活性化関数、クラスはそれに従う',
  'of that network, one for each layer, where its file does not say (default: found by trying it)':
    'そのファイルに書かれていない場合の、各層の活性化関数（既定値：実際に試して判断）',
  'keep the state of the training here as it goes': '学習の途中経過を保存し続けるファイル',
  'go on from a checkpoint, and keep it up to date': 'チェックポイントから再開し、以後も更新する',
  'draw the learning curve, as SVG': '学習曲線を描く SVG',
  'record how the first layer comes about, at some 20 epochs, for draw --film':
    '第 1 層が育っていく様子を、約 20 のエポックで記録する。draw --film で使う',
  'write every epoch as a line of JSON': 'エポックごとに 1 行の JSON を書くファイル',

  'where to write: .safetensors, .onnx, .json, .npz, .h, .mjs, .js':
    '書き出し先：.safetensors、.onnx、.json、.npz、.h、.mjs、.js',
  "what to write (default: by the file's ending)": '書き出す形式（既定値：拡張子から決める）',
  'how pixels are fed to the network where its file does not say: scale=1/255, or mean=0.1307,std=0.3081':
    'ファイルに書かれていない場合の、画素値の与え方：scale=1/255、または mean=0.1307,std=0.3081',

  "a record's number in the test set, from 0, or a PNG or JPEG file":
    'テストデータでの番号（0 から）、または PNG か JPEG のファイル',
  'IDX, CSV, NumPy, a folder of these or of pictures, an http(s) URL, or - for stdin, that a number counts in (default: the MNIST test set)':
    '番号で選ぶ画像のあるところ：IDX、CSV、NumPy、これらや画像のフォルダー、http(s) の URL。- は標準入力（既定値：MNIST テストデータ）',
  'IDX, CSV, NumPy, a folder of these or of pictures, an http(s) URL, or - for stdin: images to look with (default: the MNIST test set)':
    '調べるのに使う画像：IDX、CSV、NumPy、これらや画像のフォルダー、http(s) の URL。- は標準入力（既定値：MNIST テストデータ）',
  'how one neuron came to its value: sum, bias, what pushed it most':
    'あるニューロンの値がどう決まったか：和、バイアス、最も効いた入力',
  "each pixel's part in the verdict, or in a class by number":
    '各画素が判定に、または番号で指定したクラスの出力に、どれだけ効いたか',
  "take a picture's pixels as they are; it must have the network's size":
    '画像ファイルの画素をそのまま使う。大きさはネットワークの入力と同じであること',
  'its number: 1 is the first hidden layer': '層の番号（1 が最初の隠れ層）',
  "a record's number in the test set, from 0, or a PNG or JPEG file, to send through it":
    '層に通す画像：テストデータでの番号（0 から）、または PNG か JPEG のファイル',
  'light the row of this neuron of the layer, from 0': '行を目立たせるニューロンの、層の中での番号（0 から）',
  'the neuron, such as 1:4': 'ニューロン（例：1:4）',
  'look with the first images only': '先頭から何枚を使って調べるか',
  'how many images that light it most, and least': '最も強く光る画像と、最も光らない画像を何枚ずつ示すか',
  'set a weight; may be given again': '重みを変える。繰り返し指定できる',
  'set a bias; may be given again': 'バイアスを変える。繰り返し指定できる',
  'another activation function: identity, sigmoid, relu, tanh, softmax; may be given again':
    '活性化関数を変える：identity、sigmoid、relu、tanh、softmax。繰り返し指定できる',
  'silence a neuron; may be given again': 'ニューロンの出力を 0 にする。繰り返し指定できる',
  "shuffle a layer's weights; may be given again": '層の重みをランダムに並べ替える。繰り返し指定できる',
  'feed something else in place of the images':
    '画像の代わりに与えるもの：noise（雑音）、blank（白紙）、inverted（明暗の反転）',
  'of what is random: shuffling, noise (default: 1)': '乱数の種：並べ替えと雑音に使う（既定値：1）',
  'the region: a rectangle, in pixels': '領域：画素で表した長方形',
  'the region: drawn in a text file, or a PNG': '領域：テキストファイルに描いたもの、または PNG',
  'minus the threshold that the weighted sum has to be above':
    'バイアス：重み付き和が超えるべきしきい値の符号を変えたもの',
  'the weights in the region': '領域の中の重み',
  'the weights around it': '領域の周りの重み',
  'how wide what is around it is': '周りとみなす幅',
  'how many of the brightest matches, and of the darkest':
    '最も強く光る画像と、最も光らない画像を何枚ずつ示すか',

  'where the page goes; - for stdout': 'ページの出力先。- は標準出力',
  'the training to watch, from train --film (default: that of sigmoid, if in the page)':
    'ページで見る学習の記録（train --film で作る。既定値：sigmoid がページにあれば、その学習）',
  'no training to watch: a smaller page': '学習の記録を入れず、ページを小さくする',

  'how many shards, about equal in bytes': 'シャードの数。バイト数がほぼ等しくなるように分ける',
  'how many records a shard has': '1 シャードの件数',
  'how large a shard is: 64MiB, 2GB, bytes (default: 1GiB)':
    '1 シャードの大きさ：64MiB、2GB、またはバイト数（既定値：1GiB）',
  'where the plan goes; - for stdout': '計画の出力先。- は標準出力',
  'labels of IDX or .npy images, for evaluate (default: those beside the images)':
    'evaluate で使う、IDX や .npy の画像のラベル（既定値：画像と同じ場所にあるもの）',
  'what paths are relative to: each machine says where it has it (default: .)':
    'パスの起点。各マシンでの場所は、そのマシンで指定する（既定値：.）',
  'SHA-256 of each shard: its bytes are compared, whatever their time says':
    '各シャードの SHA-256 を記録する。更新時刻によらず、内容で照合する',
  'the plan that the shards are of': 'シャードの元になった計画',
  'where they lie: the --out of score or evaluate; several may each have some':
    'シャードのあるフォルダー（score や evaluate の --out）。いくつかに分かれていてもよい',
  'where rows, or an evaluation, go (default: stdout)': '行または評価の出力先（既定値：標準出力）',
  'where bad rows go that --on-error reject has set aside': '--on-error reject で取り分けた不正な行の出力先',
  'how it is written (default: table)': '出力の形式（既定値：table）',
  'how many of the worst mistakes to show, no more than the shards kept (default: as they were told)':
    '確信度の高い誤認識を何枚示すか。シャードに残した数まで（既定値：シャードの作成時の指定）',
  'where the page of a report goes, of shards made --with-report':
    'レポートのページの出力先。--with-report を付けて作ったシャードで使える',
  'where the network of the plan lies here (default: where the plan says)':
    '計画で使ったネットワークの、このマシンでの場所（既定値：計画に書かれた場所）',

  "what the network is called in addresses (default: its own, or its file's)":
    'アドレスで使うネットワークの名前（既定値：ネットワーク自身の名前、またはファイル名）',
  'where to listen; 0.0.0.0 for all addresses': '待ち受けるアドレス。すべてのアドレスなら 0.0.0.0',
  'where to listen; 0 for any port that is free': '待ち受けるポート。0 なら空いているもの',
  'the most images in a batch': '1 バッチの最大画像数',
  'how long a request may wait for its batch to fill': 'バッチが埋まるまで、リクエストを待たせてよい時間',
  'how many may wait in line: beyond that 503': '待ち行列に入れる最大数。超えれば 503',
  'the largest body: beyond that 413': '本文の最大の大きさ。超えれば 413',
  'beyond that 503': '同時接続の最大数。超えれば 503',
  'how long requests may have waited to be read: beyond that 503':
    'リクエストが読まれるまでの待ち時間の上限。超えれば 503',
  'how long a body may take to come: then 408': '本文が届くまでの制限時間。過ぎれば 408',
  'how long the end may take': '終了処理にかけてよい時間',
  'whose pages may ask: an origin, or * for any': 'アクセスを許すページのオリジン。* はすべて',

  'what digitflow plan wrote': 'digitflow plan が書いたファイル',
  'where shards go, a file each': 'シャードの出力先。1 シャードにつき 1 ファイル',
  'what the run is called (default: by its plan)': '処理の名前（既定値：計画の名前から決める）',
  'what is done to each shard': '各シャードに対する処理',
  'how often a shard is tried that failed with 70 or 74':
    '終了コード 70 か 74 で失敗したシャードを何回まで試すか',
  'where the result of all goes (default: left to digitflow merge)':
    '全体の結果の出力先（既定値：digitflow merge に任せる）',
  'where bad rows of all go; implies --on-error reject': '全体の不正な行の出力先。--on-error reject を兼ねる',
  'how the result is written': '結果の形式',
  'where the page of a report goes': 'レポートのページの出力先',
  "the report's language": 'レポートの言語',
  'redis://user:password@host:port/db, or rediss:// for TLS':
    'redis://user:password@host:port/db。TLS なら rediss://',
  'where the inputs are here (default: .)': '入力の、このマシンでの場所（既定値：.）',
  'where shards go here (default: where the run wants them)':
    'このマシンでのシャードの出力先（既定値：処理の指定どおり）',
  "where the network's file is here (default: as in the plan)":
    'ネットワークのファイルの、このマシンでの場所（既定値：計画のとおり）',
  'threads of a shard (default: by cores and input)':
    '1 シャードのスレッド数（既定値：コア数と入力に応じて決める）',
  'shards at a time': '同時に処理するシャードの数',
  'how long a worker may be silent: then its shard is given to another':
    'ワーカーの無応答を許す時間。過ぎれば、そのシャードを別のワーカーに渡す',
  'how long shards may take once it is told to end': '終了の指示から、処理中のシャードにかけてよい時間',
  'how long one shard may take: then it is stopped, and tried again (default: as long as it takes)':
    '1 シャードにかけてよい時間。過ぎれば止めて、再び試す（既定値：無制限）',
  'which run (default: all)': '対象の処理（既定値：すべて）',
  'which run (default: the only one there is)': '対象の処理（既定値：1 つだけあれば、それ）',
  'until it is done, or failed': '完了または失敗するまで表示し続ける',
};
