"""The version of controlmap, which its builds, records and citations carry."""

__version__ = "0.1.0"
