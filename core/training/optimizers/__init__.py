"""Keras's optimizers as configured, what it lacks of them, and averages of weights."""
