"""Writes networks as Keras 2 and 3 save them, by h5py as they do, and what numpy makes of them.

HDF5 is mostly zeros, so .h5 files are packed by gzip. Needs h5py and numpy, not Keras:
`python3 scripts/make-fixtures/keras-networks.py && npm run format`. The numbers are random but for digits.keras,
which has the weights of data/sigmoid.safetensors.
"""

import gzip
import io
import json
import pathlib
import struct
import zipfile

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "test/fixtures/networks/keras"
RANDOM = np.random.default_rng(20)
PIXELS = np.round(RANDOM.random(16) * 255) / 255

ACTIVATIONS = {
    "linear": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "softmax": lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
}


def dense(name, inputs, units, activation="linear", bias=True, dtype="float32"):
    weights = {"kernel": RANDOM.normal(size=(inputs, units)).astype(dtype)}
    if bias:
        weights["bias"] = RANDOM.normal(size=units).astype(dtype)
    return layer("Dense", name, weights, units=units, activation=activation, use_bias=bias)


def batch_normalization(name, size, scale=True, center=True):
    weights = {}
    if scale:
        weights["gamma"] = RANDOM.uniform(0.5, 2, size).astype("float32")
    if center:
        weights["beta"] = RANDOM.normal(size=size).astype("float32")
    weights["moving_mean"] = RANDOM.normal(size=size).astype("float32")
    weights["moving_variance"] = RANDOM.uniform(0.5, 2, size).astype("float32")
    return layer("BatchNormalization", name, weights, axis=-1, epsilon=0.01, center=center, scale=scale)


def layer(class_name, name, weights=None, **config):
    return {"class_name": class_name, "config": {"name": name, **config}, "weights": weights or {}}


def run(layers, x):
    """What the network makes of one image, in float64."""
    for one in layers:
        config, weights = one["config"], {k: v.astype("float64") for k, v in one["weights"].items()}
        kind = one["class_name"]
        if kind == "Dense":
            x = ACTIVATIONS[config["activation"]](x @ weights["kernel"] + weights.get("bias", 0))
        elif kind == "BatchNormalization":
            x = (x - weights["moving_mean"]) / np.sqrt(weights["moving_variance"] + config["epsilon"])
            x = x * weights.get("gamma", 1) + weights.get("beta", 0)
        elif kind == "Rescaling":
            x = x * config["scale"] + config["offset"]
        elif kind == "Activation":
            x = ACTIVATIONS[config["activation"]](x)
        elif kind in ("ReLU", "Softmax"):
            x = ACTIVATIONS[kind.lower()](x)
    return x


def shown(layers, keras):
    """The layers as a configuration has them."""
    module = {"module": "keras.layers", "registered_name": None} if keras == 3 else {}
    return [{**module, "class_name": one["class_name"], "config": one["config"]} for one in layers]


def sequential(layers, keras):
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": shown(layers, keras)}}


def functional(layers, keras):
    described = shown(layers, keras)
    for index, one in enumerate(described):
        one["name"] = one["config"]["name"]
        before = layers[index - 1]["config"]["name"]
        history = {"shape": [None, 16], "dtype": "float32", "keras_history": [before, 0, 0]}
        tensor = {"class_name": "__keras_tensor__", "config": history}
        node = {"args": [tensor], "kwargs": {}} if keras == 3 else [[before, 0, 0, {}]]
        one["inbound_nodes"] = [] if index == 0 else [node]
    ends = [[described[i]["name"], 0, 0] for i in (0, -1)]
    # Their order in the file is not that of the images.
    config = {"name": "functional", "layers": described[::-1]}
    return {"class_name": "Functional", "config": {**config, "input_layers": [ends[0]], "output_layers": [ends[1]]}}


def write_layers(group, layers, fixed=False, packed=False, numbered=2):
    """As `save_weights_to_hdf5_group` of Keras does."""
    names = [one["config"]["name"].encode() for one in layers]
    group.attrs["layer_names"] = np.array(names) if fixed else names
    group.attrs["backend"] = b"tensorflow"
    group.attrs["keras_version"] = b"2.15.0"
    for one in sorted(layers, key=lambda one: one["config"]["name"]):
        name = one["config"]["name"]
        within = group.create_group(name)
        suffix = ":0" if numbered == 2 else ""
        weight_names = [f"{name}/{key}{suffix}".encode() for key in one["weights"]]
        within.attrs["weight_names"] = np.array(weight_names) if fixed and weight_names else weight_names
        for key, value in zip(weight_names, one["weights"].values()):
            how = {"compression": "gzip", "shuffle": True, "chunks": tuple(max(1, n // 2) for n in value.shape)}
            within.create_dataset(key, data=value, **(how if packed else {}))


def model_h5(name, model, layers, libver=None, **how):
    with h5py.File(FOLDER / name, "w", libver=libver) as file:
        file.attrs["model_config"] = json.dumps(model).encode() if not how.get("fixed") else np.bytes_(json.dumps(model))
        file.attrs["training_config"] = json.dumps({"loss": "categorical_crossentropy"}).encode()
        write_layers(file.create_group("model_weights"), layers, **how)
        file.create_group("optimizer_weights").create_dataset("adam/iterations:0", data=np.int64(7))


def write_counted(file, layers, within="layers", told=True):
    """As `saving_lib` of Keras 3 does: by class and number."""
    used = {}
    for one in layers:
        kind = {"BatchNormalization": "batch_normalization"}.get(one["class_name"], one["class_name"].lower())
        used[kind] = used.get(kind, -1) + 1
        path = f"{within}/{kind}" + (f"_{used[kind]}" if used[kind] else "")
        group = file.create_group(path).create_group("vars")
        if told:
            group.attrs["name"] = one["config"]["name"]
        for index, value in enumerate(one["weights"].values()):
            group[str(index)] = value
    file.create_group("optimizer/vars")["0"] = np.int64(7)


def model_keras(name, model, layers, **how):
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        write_counted(file, layers, **how)
    entries = {
        "metadata.json": json.dumps({"keras_version": "3.4.1", "date_saved": "2026-01-01@00:00:00"}),
        "config.json": json.dumps(model),
        "model.weights.h5": content.getvalue(),
    }
    with zipfile.ZipFile(FOLDER / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, value in entries.items():
            archive.writestr(zipfile.ZipInfo(key), value, zipfile.ZIP_DEFLATED)


def safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    read = lambda one: np.frombuffer(data[8 + length :][slice(*one["data_offsets"])], "<f4").reshape(one["shape"])
    return {name: read(one) for name, one in header.items() if name != "__metadata__"}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    expected = {}

    def note(name, layers, **said):
        rescaling = next(([one["config"]["scale"], one["config"]["offset"]] for one in layers if one["class_name"] == "Rescaling"), None)
        expected[name] = {"outputs": run(layers, PIXELS).tolist(), "rescaling": rescaling, **said}

    # Keras 2.2: a list of layers, names of a fixed length.
    layers = [
        layer("Flatten", "flatten_1", batch_input_shape=[None, 4, 4], data_format="channels_last"),
        dense("dense_1", 16, 5, "relu"),
        layer("Dropout", "dropout_1", rate=0.5),
        dense("dense_2", 5, 3, "softmax"),
    ]
    old = {"class_name": "Sequential", "config": shown(layers, 2)}
    model_h5("keras-2.2.h5", old, layers, fixed=True)
    note("keras-2.2.h5", layers, image=[4, 4], activations="relu,softmax")

    # tf.keras 2: layers for each activation, float64, packed.
    layers = [
        layer("InputLayer", "input_1", batch_input_shape=[None, 4, 4, 1]),
        layer("Rescaling", "rescaling", scale=0.5, offset=-0.25),
        layer("Flatten", "flatten"),
        dense("dense", 16, 6, bias=False, dtype="float64"),
        batch_normalization("batch_normalization", 6),
        layer("ReLU", "re_lu", max_value=None, negative_slope=0.0, threshold=0.0),
        batch_normalization("batch_normalization_1", 6, scale=False),
        dense("dense_1", 6, 4, "tanh", dtype="float16"),
        dense("dense_2", 4, 3),
        layer("Softmax", "softmax", axis=-1),
    ]
    model_h5("tf-keras-packed.h5", functional(layers, 2), layers, packed=True)
    note("tf-keras-packed.h5", layers, image=[4, 4], activations="relu,tanh,softmax")

    # Keras 3: .h5, .keras and weights alone.
    layers = [
        layer("InputLayer", "input_layer", batch_shape=[None, 16], dtype="float32"),
        dense("hidden", 16, 5, "sigmoid"),
        dense("more", 5, 4),
        layer("Activation", "activation", activation="tanh"),
        dense("out", 4, 3, "softmax"),
    ]
    model_h5("keras-3.h5", functional(layers, 3), layers, numbered=3)
    note("keras-3.h5", layers, image=None, activations="sigmoid,tanh,softmax")
    model_keras("keras-3.keras", functional(layers, 3), layers)
    note("keras-3.keras", layers, image=None, activations="sigmoid,tanh,softmax")
    with h5py.File(FOLDER / "keras-3.weights.h5", "w") as file:
        write_counted(file, layers)
    note("keras-3.weights.h5", layers, image=None, activations=",,")
    with h5py.File(FOLDER / "keras-2.weights.h5", "w") as file:
        write_layers(file, layers)
    note("keras-2.weights.h5", layers, image=None, activations=",,")
    # HDF5 in its newest form.
    model_h5("latest.h5", sequential(layers, 3), layers, libver="latest")
    note("latest.h5", layers, image=None, activations="sigmoid,tanh,softmax")

    # Groups of many names, and lists of names in parts.
    with h5py.File(FOLDER / "many-layers.weights.h5", "w") as file:
        names = np.array([f"dense_{l}" for l in range(40)], "S")
        for part, some in enumerate(np.array_split(names, 3)):
            file.attrs[f"layer_names{part}"] = some
        for l, name in enumerate(names):
            group = file.create_group(name)
            group.attrs["weight_names"] = [b"kernel:0", b"bias:0"]
            group["kernel:0"] = np.eye(2, dtype="float32")
            group["bias:0"] = np.full(2, l, "float32")
        file["other"] = h5py.SoftLink("/dense_0")

    # What is refused: a convolution, two paths, chunks never written.
    kernel = {"kernel": RANDOM.normal(size=(3, 3, 1, 2)).astype("float32"), "bias": np.zeros(2, "float32")}
    images = layer("InputLayer", "input_layer", batch_shape=[None, 4, 4, 1])
    conv = [images, layer("Conv2D", "conv2d", kernel, filters=2), layer("Flatten", "flatten"), dense("dense", 8, 3)]
    model_keras("convolutional.keras", sequential(conv, 3), conv)
    with h5py.File(FOLDER / "convolutional.weights.h5", "w") as file:
        write_layers(file, conv)
    with h5py.File(FOLDER / "never-written.h5", "w") as file:
        model = sequential([dense("dense", 16, 3)], 2)
        file.attrs["model_config"] = json.dumps(model).encode()
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"dense"]
        group.create_group("dense").attrs["weight_names"] = [b"kernel:0", b"bias:0"]
        group["dense"].create_dataset("kernel:0", shape=(16, 3), chunks=(4, 3), dtype="float32")
        group["dense"]["bias:0"] = np.zeros(3, "float32")
    with h5py.File(FOLDER / "declares-400-million.h5", "w") as file:
        file.attrs["layer_names"] = [b"dense"]
        file.create_group("dense").attrs["weight_names"] = [b"kernel:0"]
        file["dense"].create_dataset("kernel:0", shape=(20000, 20000), chunks=(20000, 20000), dtype="float32", compression="gzip")
    with h5py.File(FOLDER / "no-network.h5", "w") as file:
        file["images"] = np.zeros((2, 4, 4), "uint8")

    # The network of the video, for images of 28 x 28.
    ours = safetensors(ROOT / "data/sigmoid.safetensors")
    digits = [
        layer("InputLayer", "input_layer", batch_shape=[None, 28, 28]),
        layer("Rescaling", "rescaling", scale=1 / 255, offset=0.0),
        layer("Flatten", "flatten"),
    ]
    for l, units in enumerate([16, 16, 10]):
        weights = {"kernel": ours[f"layers.{l}.weight"].T, "bias": ours[f"layers.{l}.bias"]}
        name = "dense" + (f"_{l}" if l else "")
        digits.append(layer("Dense", name, weights, units=units, activation="sigmoid", use_bias=True))
    model_keras("digits.keras", sequential(digits, 3), digits)

    for path in FOLDER.glob("*.h5"):
        packed = path.with_name(path.name + ".gz")
        packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()
    text = json.dumps({"pixels": PIXELS.tolist(), "networks": expected}, indent=1)
    (FOLDER / "expected.json").write_text(text + "\n")


main()
