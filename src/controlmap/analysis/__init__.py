"""Questions to records: pure functions from coverages to tables."""
