"""Networks trained by others on ImageNet, of which all but the last layers can be taken over.

Facts only: what Keras calls them, their size, and where their weights come from (the addresses
and MD5 sums of keras.applications). Knows nothing of TensorFlow or of files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

BaseName = Literal["mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_v2_b0", "resnet50_v2"]
SMALLEST_SIDE: Final = 32  # pixels, of every one of them
_HOME: Final = "https://storage.googleapis.com/tensorflow/keras-applications"


@dataclass(frozen=True)
class Base:
    """A network without its last layers: pixels in, maps of a 32nd of their side out."""

    name: BaseName
    title: str
    description: str
    application: str  # its name in keras.applications
    channels: int  # of the maps
    parameters: int
    trained_on: int  # parameters but those of batch normalization, which stays as it is
    multiply_adds_fixed: int  # of an image, whatever its size
    multiply_adds_cell: int  # for each 32 x 32 pixels
    kept_cell: int  # numbers that going backward through it looks at again, about
    largest_cell: int  # numbers of its largest maps, about
    from_minus_one: bool  # takes pixels -1..1, else 0..255
    weights: str  # file
    url: str
    md5: str
    size: int  # bytes

    def output_shape(self, height: int, width: int) -> tuple[int, int, int]:
        """(h, w, channels) of the maps that it makes of an image, H and W at least 32."""
        return -(-height // SMALLEST_SIDE), -(-width // SMALLEST_SIDE), self.channels

    def multiply_adds(self, height: int, width: int) -> int:
        """Of one image: convolutions and dense layers; exact for sides that are multiples of 32."""
        rows, columns, _ = self.output_shape(height, width)
        return self.multiply_adds_fixed + rows * columns * self.multiply_adds_cell


_MOBILENET_SMALL = "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5"
_MOBILENET_LARGE = "weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5"
_EFFICIENTNET = "efficientnetv2-b0_notop.h5"
_RESNET = "resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5"

_ALL = (
    Base(
        name="mobilenet_v3_small",
        title="MobileNetV3 small",
        description="The quickest, made for phones (Howard et al. 2019).",
        application="MobileNetV3Small",
        channels=576,
        parameters=939_120,
        trained_on=914_896,
        multiply_adds_fixed=458_752,
        multiply_adds_cell=1_110_976,
        kept_cell=52_800,
        largest_cell=5_000,
        from_minus_one=False,
        weights=_MOBILENET_SMALL,
        url=f"{_HOME}/mobilenet_v3/{_MOBILENET_SMALL}",
        md5="d3e8ec802a04aa4fc771ee12a9a9b836",
        size=4_334_752,
    ),
    Base(
        name="mobilenet_v3_large",
        title="MobileNetV3 large",
        description="Four times the work of the small one, and surer (Howard et al. 2019).",
        application="MobileNetV3Large",
        channels=960,
        parameters=2_996_352,
        trained_on=2_947_552,
        multiply_adds_fixed=1_507_200,
        multiply_adds_cell=4_338_240,
        kept_cell=140_000,
        largest_cell=17_100,
        from_minus_one=False,
        weights=_MOBILENET_LARGE,
        url=f"{_HOME}/mobilenet_v3/{_MOBILENET_LARGE}",
        md5="40af19a13ebea4e2ee0c676887f69a2e",
        size=12_683_000,
    ),
    Base(
        name="efficientnet_v2_b0",
        title="EfficientNetV2-B0",
        description="The most accurate for its size of these (Tan and Le 2021).",
        application="EfficientNetV2B0",
        channels=1280,
        parameters=5_919_312,
        trained_on=5_798_096,
        multiply_adds_fixed=1_031_424,
        multiply_adds_cell=14_607_648,
        kept_cell=128_800,
        largest_cell=8_200,
        from_minus_one=False,
        weights=_EFFICIENTNET,
        url=f"{_HOME}/efficientnet_v2/{_EFFICIENTNET}",
        md5="893217f2bb855e2983157299931e43ff",
        size=24_274_472,
    ),
    Base(
        name="resnet50_v2",
        title="ResNet-50 V2",
        description="The classic of fifty layers (He et al. 2016): large and slow.",
        application="ResNet50V2",
        channels=2048,
        parameters=23_564_800,
        trained_on=23_473_920,
        multiply_adds_fixed=0,
        multiply_adds_cell=71_024_640,
        kept_cell=236_900,
        largest_cell=17_800,
        from_minus_one=True,
        weights=_RESNET,
        url=f"{_HOME}/resnet/{_RESNET}",
        md5="fac2f116257151a9d068a22e544a4917",
        size=94_668_760,
    ),
)

BASES: Final[dict[str, Base]] = {base.name: base for base in _ALL}
