"""What a run record says of its data, as they were trained on: RUN/dataset.json.

Enough to prepare a new picture as those pictures were, and to name the answer, without
the data set. Knows nothing of images.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.config import Fit, Interpolation

_Name = Annotated[str, Field(max_length=1000)]
_Side = Annotated[int, Field(ge=1, le=4096)]
_Count = Annotated[int, Field(ge=0, le=10**12)]


class DatasetSummary(BaseModel):
    """A data set as one run saw it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: _Name
    title: _Name = ""
    classes: tuple[_Name, ...] = Field(min_length=2, max_length=100_000)
    image_shape: tuple[_Side, _Side, Annotated[int, Field(ge=1, le=4)]]  # (H, W, C)
    light_on_dark: bool = False  # light ink on dark ground, as handwritten digits are
    fit: Fit = "crop"
    interpolation: Interpolation = "bilinear"
    validates_on_test: bool = False
    sizes: dict[str, _Count] = {}  # images by split
    # Of the test images and their labels as they were (core.data.dataset.Subset.digest); empty
    # in records of the versions before.
    test_digest: Annotated[str, Field(max_length=128)] = ""
    train_digest: Annotated[str, Field(max_length=128)] = ""  # of some training images, the same

    @property
    def num_classes(self) -> int:
        return len(self.classes)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) that the network takes."""
        return self.image_shape[:2]
