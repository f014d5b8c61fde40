"""The one exception of data sets: a message fit for a page or a terminal."""

from __future__ import annotations


class DatasetError(Exception):
    """A data set that cannot be had or read: what was wrong, and what to do about it."""
