"""What a run records so that training is worth watching. No TensorFlow."""
