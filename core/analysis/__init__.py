"""What a trained network does: evaluation, feature maps. Knows nothing of pages or figures."""
