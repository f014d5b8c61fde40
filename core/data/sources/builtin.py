"""The built-in sets: what they are, whom to cite, their files' homes, and how to find them.

Knows nothing of decoding or of the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.data.sources.archives import CifarSource, DigitsSource, IdxSource
from core.data.sources.download import RemoteFile
from core.data.sources.source import Source
from core.photos.fit import Size
from core.reading import is_file

_CIFAR_HOME = "https://www.cs.toronto.edu/~kriz/"
_MNIST_HOME = "https://ossci-datasets.s3.amazonaws.com/mnist/"
_FASHION_HOME = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
_CIFAR_REPORT = (
    "Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images, "
    "University of Toronto"
)


@dataclass(frozen=True)
class BuiltIn:
    """A set that ConvScope knows by itself. `remote` may point elsewhere (a mirror, a test)."""

    name: str
    title: str
    description: str
    classes: tuple[str, ...]
    image_shape: tuple[int, int, int]
    sizes: dict[str, int]
    source: str
    locate: Callable[[BuiltIn, Path], Found | None]
    light_on_dark: bool = False
    own_filter: bool = False  # enlarged by a filter of its own, whatever is asked for
    remote: tuple[RemoteFile, ...] = ()
    subfolder: str = ""  # of the datasets folder, where downloads go
    folders: tuple[str, ...] = ()  # of the datasets folder, where it is looked for

    @property
    def size(self) -> Size:
        """(height, width) of its images."""
        return self.image_shape[:2]

    @property
    def count(self) -> int:
        """Images in all splits."""
        return sum(self.sizes.values())


@dataclass(frozen=True)
class Found:
    """A set that is here, and how to read it."""

    location: Path | None
    source: Source


def _locate_digits(spec: BuiltIn, folder: Path) -> Found | None:
    return Found(None, DigitsSource(spec.name, spec.classes, spec.count))


def _locate_cifar(
    spec: BuiltIn, folder: Path, *, files: dict[str, str], label_bytes: int
) -> Found | None:
    """A whole unpacked folder first, then an archive, then a folder that lacks files."""
    places = [folder / name for name in spec.folders]
    whole = [place for place in places if all(is_file(place / name) for name in files)]
    stem = spec.remote[0].filename.removesuffix(".tar.gz")
    names = [stem + suffix for suffix in (".tar.gz", ".tar.xz", ".tar")]
    archives = [place / name for place in (folder, *places) for name in names]
    whole += [path for path in archives if is_file(path)]
    lacking = [place for place in places if any(is_file(place / name) for name in files)]
    for path in whole + lacking:
        return Found(
            path, CifarSource(spec.name, spec.classes, spec.count, path, files, label_bytes)
        )
    return None


def _locate_idx(spec: BuiltIn, folder: Path) -> Found | None:
    for place in (folder / name for name in spec.folders):
        found = [_idx_file(place, remote.filename) for remote in spec.remote]
        paths = [path for path in found if path is not None]
        if len(paths) == len(found):
            return _idx_found(spec, place, paths)
    # MNIST and Fashion-MNIST name their files alike: beside other sets only size tells.
    paths = [folder / remote.filename for remote in spec.remote]
    sizes = [remote.size for remote in spec.remote]
    if all(is_file(path) for path in paths) and [path.stat().st_size for path in paths] == sizes:
        return _idx_found(spec, folder, paths)
    return None


def _idx_found(spec: BuiltIn, place: Path, paths: list[Path]) -> Found:
    train_images, train_labels, test_images, test_labels = paths
    files = {"train": (train_images, train_labels), "test": (test_images, test_labels)}
    return Found(place, IdxSource(spec.name, spec.classes, spec.count, files))


def _idx_file(place: Path, filename: str) -> Path | None:
    """The file under its own name, or unpacked as browsers and Kaggle name it."""
    plain = filename.removesuffix(".gz")
    for name in (filename, plain, plain.replace("-idx", ".idx")):
        if is_file(place / name):
            return place / name
    return None


def _idx_files(home: str, sums: tuple[tuple[str, int], ...]) -> tuple[RemoteFile, ...]:
    names = (
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    )
    pairs = zip(names, sums, strict=True)
    return tuple(RemoteFile(name, home + name, md5, size) for name, (md5, size) in pairs)


_CIFAR10_FILES = {f"data_batch_{number}.bin": "train" for number in range(1, 6)} | {
    "test_batch.bin": "test"
}
_CIFAR100_FILES = {"train.bin": "train", "test.bin": "test"}
_CIFAR10_CLASSES = "airplane automobile bird cat deer dog frog horse ship truck"
_CIFAR100_CLASSES = """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus
    butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch
    crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo
    keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse
    mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy
    porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper
    snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television
    tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm"""
_DIGITS = tuple("0123456789")

DIGITS = BuiltIn(
    name="digits",
    title="Digits",
    description="Handwritten digits, 8 × 8 grey pixels shown at 32 × 32. Ships with ConvScope.",
    classes=_DIGITS,
    image_shape=(32, 32, 1),
    sizes={"train": 1438, "test": 359},
    source=(
        "Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine "
        "Learning Repository; as in scikit-learn"
    ),
    locate=_locate_digits,
    light_on_dark=True,
    own_filter=True,
)
CIFAR10 = BuiltIn(
    name="cifar10",
    title="CIFAR-10",
    description="Colour photos of ten kinds of animals and vehicles, 32 × 32 pixels.",
    classes=tuple(_CIFAR10_CLASSES.split()),
    image_shape=(32, 32, 3),
    sizes={"train": 50_000, "test": 10_000},
    source=_CIFAR_REPORT,
    locate=partial(_locate_cifar, files=_CIFAR10_FILES, label_bytes=1),
    remote=(
        RemoteFile(
            "cifar-10-binary.tar.gz",
            _CIFAR_HOME + "cifar-10-binary.tar.gz",
            "c32a1d4ab5d03f1284b67883e8d87530",
            170_052_171,
        ),
    ),
    folders=("cifar-10-batches-bin", "cifar10/cifar-10-batches-bin", "cifar10", "cifar-10"),
)
CIFAR100 = BuiltIn(
    name="cifar100",
    title="CIFAR-100",
    description="Colour photos of a hundred kinds of things, 32 × 32 pixels.",
    classes=tuple(_CIFAR100_CLASSES.split()),
    image_shape=(32, 32, 3),
    sizes={"train": 50_000, "test": 10_000},
    source=_CIFAR_REPORT,
    locate=partial(_locate_cifar, files=_CIFAR100_FILES, label_bytes=2),
    remote=(
        RemoteFile(
            "cifar-100-binary.tar.gz",
            _CIFAR_HOME + "cifar-100-binary.tar.gz",
            "03b5dce01913d631647c71ecec9e9cb8",
            168_513_733,
        ),
    ),
    folders=("cifar-100-binary", "cifar100/cifar-100-binary", "cifar100", "cifar-100"),
)
MNIST = BuiltIn(
    name="mnist",
    title="MNIST",
    description="Handwritten digits, light on dark, 28 × 28 grey pixels.",
    classes=_DIGITS,
    image_shape=(28, 28, 1),
    sizes={"train": 60_000, "test": 10_000},
    source=(
        "LeCun, Bottou, Bengio and Haffner (1998), Gradient-Based Learning Applied to Document "
        "Recognition, Proceedings of the IEEE"
    ),
    locate=_locate_idx,
    light_on_dark=True,
    remote=_idx_files(
        _MNIST_HOME,
        (
            ("f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
            ("d53e105ee54ea40749a09fcbcd1e9432", 28_881),
            ("9fb629c4189551a2d022fa330f9573f3", 1_648_877),
            ("ec29112dd5afa0611ce80d1b7f02629c", 4_542),
        ),
    ),
    subfolder="mnist",
    folders=("mnist", "MNIST", "MNIST/raw"),
)
FASHION_MNIST = BuiltIn(
    name="fashion-mnist",
    title="Fashion-MNIST",
    description="Clothes and shoes, light on dark, 28 × 28 grey pixels.",
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    image_shape=(28, 28, 1),
    sizes={"train": 60_000, "test": 10_000},
    source=(
        "Xiao, Rasul and Vollgraf (2017), Fashion-MNIST: a Novel Image Dataset for Benchmarking "
        "Machine Learning Algorithms, arXiv:1708.07747"
    ),
    locate=_locate_idx,
    light_on_dark=True,
    remote=_idx_files(
        _FASHION_HOME,
        (
            ("8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
            ("25c81989df183df01b3e8a0aad5dffbe", 29_515),
            ("bef4ecab320f06d8554ea6380940ec79", 4_422_102),
            ("bb300cfdad3c16e7a12a480ee83cd310", 5_148),
        ),
    ),
    subfolder="fashion-mnist",
    folders=("fashion-mnist", "fashion_mnist", "FashionMNIST", "FashionMNIST/raw"),
)
BUILT_IN = {spec.name: spec for spec in (DIGITS, CIFAR10, CIFAR100, MNIST, FASHION_MNIST)}
