"""The space-time coverage: cut, built, extended, generalised, checked, kept on disk."""
