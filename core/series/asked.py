"""What is asked of a series, from JSON: whatever is wrong with it in words, a base by its name.

Knows nothing of what is asked.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError

from core.config import RunConfig, describe_errors
from core.errors import ConfigError
from core.recipes import RECIPES

Asked = TypeVar("Asked", bound=BaseModel)


def _recipe_by_name(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value not in RECIPES:
        raise ValueError(f"there is no recipe {value!r}; recipes: {', '.join(RECIPES)}")
    return RECIPES[value].config


# A configuration; a string is the recipe of that name.
Base = Annotated[RunConfig, BeforeValidator(_recipe_by_name)]


def parse_asked(model: type[Asked], data: Any, word: str) -> Asked:
    """Build what is asked from parsed JSON.

    Args:
        word: what it is called: "study".

    Raises:
        ConfigError: naming each wrong field, the value received and what is allowed.
    """
    try:
        text = json.dumps(data, ensure_ascii=False)
        text.encode()
    except (UnicodeEncodeError, RecursionError, ValueError, TypeError) as error:
        raise ConfigError(f"The {word} holds what no file can hold.") from error
    if "\\u0000" in text:
        raise ConfigError(f"A text in the {word} holds a null character.")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(describe_errors(error)) from error
