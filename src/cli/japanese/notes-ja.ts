/** The paragraphs before and after the examples of the help. */
export const NOTES_JA: Readonly<Record<string, string>> = {
  'A shard is whole or absent, whatever ends its process, and one that is there is left as it is: it may be tried again at any time. Of its exit codes 2, 65 and 66 are final; 70, 74 and 130 are worth another try.':
    'プロセスがどのように終わっても、シャードは完全なものがあるか、何もないかのどちらかです。すでにあるものには手を付けないため、いつでもやり直せます。終了コード 2、65、66 はやり直しても変わりません。70、74、130 はやり直す価値があります。',
  'A shard is whole or absent, whatever ends its process, and one that is there is left as it is: it may be tried again at any time. Of its exit codes 2, 65 and 66 are final; 70, 74 and 130 are worth another try. Bad rows that were skipped or rejected are no failure of a shard: digitflow merge tells of them.':
    'プロセスがどのように終わっても、シャードは完全なものがあるか、何もないかのどちらかです。すでにあるものには手を付けないため、いつでもやり直せます。終了コード 2、65、66 はやり直しても変わりません。70、74、130 はやり直す価値があります。飛ばした行や取り分けた行があってもシャードの失敗にはならず、digitflow merge がそれを知らせます。',
  'Exit codes: 0 well, 1 not as good as it was to be, 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 input/output, 130 interrupted.':
    '終了コード：0 正常、1 基準を満たさない、2 使い方の誤り、65 不正なデータ、66 入力がない、70 digitflow 自身の不具合、74 入出力エラー、130 中断。',
  'Exit codes: 0 well, 1 above --max-drift, 2 usage, 65 bad data (with --on-error skip or reject: some rows were bad), 66 no such input, 70 our own fault, 74 input/output, 130 interrupted.':
    '終了コード：0 正常、1 --max-drift を超えた、2 使い方の誤り、65 不正なデータ（--on-error が skip か reject なら、不正な行があった）、66 入力がない、70 digitflow 自身の不具合、74 入出力エラー、130 中断。',
  'Exit codes: 0 well, whichever is better, 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 input/output, 130 interrupted (what was read until then is compared).':
    '終了コード：0 正常（どちらが優れていても）、2 使い方の誤り、65 不正なデータ、66 入力がない、70 digitflow 自身の不具合、74 入出力エラー、130 中断（それまでに読んだ分で比較する）。',
  'Exit codes: 0 well, 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 input/output, 130 interrupted.':
    '終了コード：0 正常、2 使い方の誤り、65 不正なデータ、66 入力がない、70 digitflow 自身の不具合、74 入出力エラー、130 中断。',
  'Exit codes: 0 well, 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 input/output.':
    '終了コード：0 正常、2 使い方の誤り、65 不正なデータ、66 入力がない、70 digitflow 自身の不具合、74 入出力エラー。',
  'Exit codes: 0 well, 2 usage, 65 bad data or a training that diverged, 66 no such input, 70 our own fault, 74 input/output, 130 interrupted (the best so far is kept).':
    '終了コード：0 正常、2 使い方の誤り、65 不正なデータまたは学習の発散、66 入力がない、70 digitflow 自身の不具合、74 入出力エラー、130 中断（それまでの最良のものを残す）。',
  'Exit codes: 0 well, 2 usage, 65 a network that cannot be read, or not be held by the format, 66 no such network, 70 our own fault, 74 input/output, 130 interrupted.':
    '終了コード：0 正常、2 使い方の誤り、65 読めないネットワーク、またはその形式では表せないネットワーク、66 ネットワークがない、70 digitflow 自身の不具合、74 入出力エラー、130 中断。',
  'Exit codes: 0 well, 1 not as good as it was to be, 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 input/output, 130 interrupted (the page then shows what was read until then).':
    '終了コード：0 正常、1 基準を満たさない、2 使い方の誤り、65 不正なデータ、66 入力がない、70 digitflow 自身の不具合、74 入出力エラー、130 中断（ページにはそれまでに読んだ分を載せる）。',
  "Exit codes: 0 well, 1 not as good as it was to be, 2 usage, 65 a shard that is broken or another's (or some rows were bad), 66 a shard is missing, 70 our own fault, 74 input/output, 130 interrupted.":
    '終了コード：0 正常、1 基準を満たさない、2 使い方の誤り、65 シャードが壊れているか別の計画のもの（または不正な行があった）、66 シャードが足りない、70 digitflow 自身の不具合、74 入出力エラー、130 中断。',
  'Exit codes: 0 well, 2 usage, 65 bad data, 66 no such input, 70 our own fault, 74 input/output (a port that is in use), 130 left at once.':
    '終了コード：0 正常、2 使い方の誤り、65 不正なデータ、66 入力がない、70 digitflow 自身の不具合、74 入出力エラー（ポートが使用中など）、130 即時終了。',
  'Exit codes: 0 well, 2 usage, 65 no plan, or another run of this name, 66 no such plan, 74 input/output: Redis is out of reach.':
    '終了コード：0 正常、2 使い方の誤り、65 計画ではないファイル、または同じ名前の別の処理がある、66 計画がない、74 入出力エラー（Redis に接続できない）。',
  'Exit codes: 0 done, or not yet; where a run failed, the code of its first fault; 66 no such run, 74 Redis is out of reach.':
    '終了コード：0 完了または処理中、処理が失敗していれば最初の失敗の終了コード、66 その処理がない、74 Redis に接続できない。',

  'Networks come first: names or files, known by their content. What follows is images, then labels, as digitflow evaluate reads them; with --images or --labels all words are networks. Images are read once, and each of them goes to all networks.':
    '先にネットワークを名前またはファイルで並べます（ファイルは内容で見分けます）。続くものは画像とラベルで、digitflow evaluate と同じように読みます。--images や --labels を使うと、引数はすべてネットワークとみなします。画像を読むのは一度だけで、それぞれをすべてのネットワークに与えます。',
  "Which one is better is McNemar's exact test on the images that only one of two reads right; the interval of the difference is Newcombe's for pairs. Of three networks or more each is compared with each, and p-values are adjusted by Holm.":
    '優劣は、一方だけが正解した画像の数についての McNemar の正確検定で判定し、差の区間には対応のある場合の Newcombe の方法を使います。3 つ以上のネットワークは総当たりで比べ、p 値を Holm の方法で補正します。',
  "Each image is made worse in twelve ways after MNIST-C, at five strengths each, as somebody would see it, however it is stored. What is random is decided by --seed and the image's number alone: the same images come out for any number of threads.":
    'MNIST-C にならった 12 通りの方法と、それぞれ 5 段階の強さで画像を劣化させます。保存のされ方によらず、人の目に見える姿を劣化させます。ランダムなものは --seed と画像の番号だけで決まるため、スレッド数を変えても同じ画像になります。',
  'The same images, settings and seed give the same file, byte for byte, for any number of workers.':
    '画像、設定、乱数の種が同じなら、スレッド数によらず、1 バイトも違わない同じファイルになります。',
  'The file is read back and its outputs are compared with those of the network it was made of: the largest difference is printed, with the digests of both. Weights are float32. The C header and the module are only written.':
    '書いたファイルを読み直し、元のネットワークと出力を比べて、最大の差と両者のダイジェストを表示します。重みは float32 です。C のヘッダーと JavaScript のモジュールは書くだけで、読み直しません。',

  'Layers and neurons are numbered as in the introduction: layer 1 is the first hidden one, the last is the output; neurons count from 0.':
    '層とニューロンの番号は入門の動画や本と同じで、第 1 層が最初の隠れ層、最後の層が出力です。ニューロンは 0 から数えます。',
  "A picture is made into what MNIST has: its paper is taken away, the largest digit in it becomes bright on black, with strokes as wide as MNIST's, scaled into the middle 20/28 and centred by mass. One that is like MNIST already is left as it is. What was done, and what is doubtful about it, is told on stderr.":
    '画像ファイルは MNIST と同じ体裁に整えます。紙の地を取り除き、最も大きな数字を黒地に明るく、線の太さを MNIST に合わせ、中央の 20/28 に収めて、重心を中央に置きます。すでに MNIST に似ているものは変えません。何をしたか、疑わしい点は何かを標準エラー出力に示します。',
  "Layer 1 looks at pixels: its weights are the picture. A deeper neuron's picture is the mean, over all images, of how much each pixel raises its sum (its gradient). Effects on outputs are measured: each image with and without the neuron.":
    '第 1 層は画素を見るので、重みがそのまま絵になります。より深いニューロンの絵は、各画素が和をどれだけ増やすか（勾配）の全画像での平均です。出力への影響は、各画像をそのニューロンのある場合とない場合とで読ませて測ります。',
  "W has a row for each neuron and a column for each input, b a bias for each neuron, a is what goes into the layer, and a' what comes out. Of many inputs those are drawn that matter most; --format json has all of them.":
    "W の行はニューロン、列は入力に対応し、b は各ニューロンのバイアスです。a は層に入る値、a' は層から出る値です。入力が多いときは最も効くものだけを描きます。すべての値は --format json で得られます。",
  'A neuron fires where its weighted sum is above the threshold that its bias is: sigmoid above 0.5, relu and tanh above 0. A silenced neuron gives 0 whatever it is asked; each is silenced by itself: where layers are wide, judge them by fewer images (-n).':
    'ニューロンは、重み付き和がバイアスの定めるしきい値を超えたときに発火します（sigmoid では 0.5 を、relu と tanh では 0 を超えたとき）。沈黙させたニューロンは、何を与えても 0 を出力します。ニューロンを 1 個ずつ沈黙させて調べるため、層の幅が広いときは画像を減らしてください（-n）。',
  'All changes are made together, on all the images: layers are shuffled first, so a weight that is set stays where it was set. A silenced neuron gives 0 whatever it is asked.':
    '変更はすべて同時に、全画像に対して行います。並べ替えを先に行うため、指定した重みは指定した場所に残ります。沈黙させたニューロンは、何を与えても 0 を出力します。',
  "This is a neuron made by hand: positive weights in the region, negative ones around it so that it looks for an edge, and a bias as its threshold; of --model it takes the images' size and the classes, no weights. Pixels count from 0 at the upper left, black is 0 and white is 1. A drawing in text may be smaller than the images: it lies in their middle.":
    '手作りのニューロンです。領域の中の重みは正、周りは負なので縁を探すことになり、バイアスがしきい値になります。--model からは画像の大きさとクラスだけを使い、重みは使いません。画素は左上を 0 として数え、黒が 0、白が 1 です。文字で描いた領域は画像より小さくてもよく、中央に置かれます。',

  'The page is one file that needs no network and no script. The same input gives the same bytes.':
    'ページは 1 つのファイルで完結し、通信もスクリプトも使いません。同じ入力からは同じバイト列ができます。',
  'The page is one file that needs no network: open it in a browser, draw a digit, and the network lights up. A picture that it saves is read by `digitflow look digit`, rows that it saves by `evaluate` and `train`.':
    'ページは 1 つのファイルで完結し、通信は使いません。ブラウザーで開いて数字を書くと、ネットワークが光ります。ページから保存した画像は digitflow look digit で、保存した行は evaluate と train で読めます。',

  'CSV is cut where rows begin, IDX and .npy between images. What is packed, archives and pictures are not cut: such an input is one shard. Each shard is scored with the flags of reading, network and --normalize given here.':
    'CSV は行の始まりで、IDX と .npy は画像の間で区切ります。圧縮されたもの、アーカイブ、画像ファイルは区切らず、1 つの入力を 1 シャードとします。どのシャードも、ここで指定した読み方、ネットワーク、--normalize で処理されます。',
  'Nothing is written where a shard is missing, broken, or of another plan or other options: all of these are named. In JSON and summary, seconds are those of all shards together, and workers the most that one shard had.':
    '足りないシャード、壊れたシャード、別の計画や別のオプションのシャードがあれば、何も書かずに、そのすべてを挙げます。JSON と集計の秒数は全シャードの合計、ワーカー数は 1 シャードでの最大値です。',
  'Addresses: /docs names all. / is the page to draw on, /report the report, /metrics for Prometheus. SIGTERM or Ctrl-C takes no new connections, answers what was sent, and ends with exit code 0; a second one leaves at once. The log is on stderr, a line of JSON a request; --quiet leaves only errors.':
    'アドレスの一覧は /docs にあります。/ は数字を書くページ、/report はレポート、/metrics は Prometheus 用です。SIGTERM または Ctrl-C で新しい接続を断り、届いたものに答えてから終了コード 0 で終わります。もう一度送るとただちに終わります。ログは標準エラー出力に、1 リクエストにつき 1 行の JSON で出ます。--quiet ならエラーだけです。',
  'Who works on the queue needs this digitflow with the packages bullmq and ioredis (npm install bullmq ioredis), Redis, and the inputs; the plan itself is in Redis. The address may stand in REDIS_URL. Redis should keep what it is told (appendonly yes) and evict nothing (maxmemory-policy noeviction). If it forgets all, submit again: shards that are done are skipped.':
    'キューを処理するマシンには、この版の digitflow と bullmq、ioredis（npm install bullmq ioredis）、Redis への接続、入力が必要です。計画そのものは Redis にあります。アドレスは環境変数 REDIS_URL でも指定できます。Redis は、書かれたものを保存し（appendonly yes）、追い出さない（maxmemory-policy noeviction）設定にしてください。すべて失われたときは、もう一度 submit してください。済んだシャードは飛ばされます。',
  "Done again, it adds only what is missing. Another run of the same name is refused. --out and the merge's files are meant as they are here: workers have them at the same place, or say --out of their own and leave the merge to you (digitflow merge plan.json DIR…).":
    '繰り返すと、足りないものだけを加えます。同じ名前の別の処理は受け付けません。--out とまとめの出力先は、このマシンでのパスです。各ワーカーでも同じ場所に見えるようにするか、ワーカーごとに --out を指定し、まとめる処理を自分で行ってください（digitflow merge plan.json フォルダー…）。',
  'SIGTERM or Ctrl-C: takes no more shards, finishes those it has within --grace or gives them back, and ends with exit code 0; a second one leaves at once. While Redis is out of reach it waits. What fails with 65, 66 or 2 is set aside; with 70 or 74 it is tried again. A worker that sets aside five shards in a row ends with the code of the last: it may be at fault itself. So does one whose shard does not end when its --shard-timeout is over.':
    'SIGTERM または Ctrl-C を受けると、新しいシャードを取らず、処理中のものを --grace の間に終えるか返して、終了コード 0 で終わります。もう一度受けるとただちに終わります。Redis に接続できない間は待ちます。終了コード 65、66、2 で失敗したシャードは除外し、70、74 なら再び試します。5 つ続けて除外したワーカーは、自身に問題があるおそれがあるため、最後の終了コードで終わります。--shard-timeout を過ぎてもシャードが終わらないワーカーも同様です。',
};
