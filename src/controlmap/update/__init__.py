"""Keeping a person's own record current: the only wing that uses the network."""
