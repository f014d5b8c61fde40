"""What all parts of a configuration share: frozen, no unknown fields, no NaN.

Knows nothing of what is configured.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Dropout = Annotated[float, Field(ge=0.0, lt=1.0)]
Momentum = Annotated[float, Field(ge=0.0, lt=1.0)]
LearningRate = Annotated[float, Field(gt=0.0, le=100.0)]


class Section(BaseModel):
    """One topic of a RunConfig."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
