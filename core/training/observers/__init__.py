"""What watches a run while it trains; see core.training.observers.observer."""

from core.training.observers.observer import Observer, Observers, record_metric

__all__ = ["Observer", "Observers", "record_metric"]
