"""Layers that Keras has not, or not as quick, and how weights begin."""
