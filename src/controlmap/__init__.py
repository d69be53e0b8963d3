"""controlmap: who controls what in Donetsk, Luhansk, Kherson and Zaporizhzhia oblasts."""

__version__ = "0.1.0"
