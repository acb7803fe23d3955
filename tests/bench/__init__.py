"""Measurements, as ratios against a baseline taken in the same run. `make bench`, or `make bench ONLY=name`."""
