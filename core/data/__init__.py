"""Images from where they lie to batches for a network; core.data.catalog is the door."""
