"""Schedules, the range test, the engine, its worker process and the jobs that launch it."""
