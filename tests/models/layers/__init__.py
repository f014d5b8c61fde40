"""What networks are made of that Keras has not."""
