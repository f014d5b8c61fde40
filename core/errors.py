"""What a person can be told: one base for every error whose words are meant for them.

A page shows such an error as a sentence and the command line as one line; any other
exception is a fault of ours. Knows nothing of where an error is shown.
"""

from __future__ import annotations


class UserError(Exception):
    """What was wrong, and what to do about it.

    Args:
        message: whole sentences that quote the value received.
        advice: whole sentences on what to do; may be empty where the message says it.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".rstrip()


class ConfigError(UserError, ValueError):
    """A configuration that cannot be run."""


class DatasetError(UserError):
    """A data set that cannot be had or read."""


class PhotoError(UserError):
    """A file that cannot be used as a picture."""


class ModelError(UserError):
    """A model file that cannot be used."""


class RunError(UserError):
    """A run record that cannot be used, or not in the way that was asked for."""


class TrainingError(UserError):
    """Why a run cannot go on."""
