"""What a run record says of its data, as they were trained on: RUN/dataset.json.

Enough to prepare a new picture as those pictures were, and to name the answer, without
the data set. Knows nothing of images.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.config import Fit, Interpolation


class DatasetSummary(BaseModel):
    """A data set as one run saw it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    title: str = ""
    classes: tuple[str, ...] = Field(min_length=2)
    image_shape: tuple[int, int, int]  # (H, W, C)
    light_on_dark: bool = False  # light ink on dark ground, as handwritten digits are
    fit: Fit = "crop"
    interpolation: Interpolation = "bilinear"
    validates_on_test: bool = False
    sizes: dict[str, int] = {}  # images by split

    @property
    def num_classes(self) -> int:
        return len(self.classes)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) that the network takes."""
        return self.image_shape[:2]
