"""From how many sides a test image is looked at. Knows nothing of how that is done."""

from __future__ import annotations

from pydantic import Field

from core.config.base import Fraction, Section


class ViewsConfig(Section):
    """What the network says of several views of a test image is averaged, logit by logit.

    The views are the image, it shifted up and to the left and down and to the right, and the
    mirror image of each. The image and its mirror image weigh as much as the other four together
    (Jordan 2024, section 3.5).
    """

    shift: int = Field(1, ge=0, le=16, description="pixels; 0: the image and its mirror image")
    unsure: Fraction = Field(
        1.0,
        description="other views are looked at only where the two likeliest classes' probabilities "
        "are no further apart; 1: of all images",
    )
