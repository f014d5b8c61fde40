"""What can go wrong with a model file. Kept apart so that pages need no TensorFlow for it."""


class ModelError(Exception):
    """A model file that cannot be used, in words fit for a page or a terminal."""
