"""How the dashboard is run: what its operator chose, for the server and the pages alike."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from controlmap.core.model import InputError

LogLevel = Literal["debug", "info", "warning", "error"]
_PORTS = range(1, 65536)
_BASE_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_NAME = re.compile(r"(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
ANY = "*"


@dataclass(frozen=True)
class Settings:
    """What the operator chose.

    Attributes
    ----------
    host, port
        Where the server listens.
    base_path
        The path below which it is seen, "" for none: "/map".
    names
        Names under which it is reached, besides its addresses and localhost; "*.example.org" is
        every name below.
    embedders
        Origins whose pages may show it in a frame, "*" for all.
    uploads
        Whether visitors may measure files of their own.
    """

    host: str = "127.0.0.1"
    port: int = 8501
    base_path: str = ""
    names: Sequence[str] = ()
    embedders: Sequence[str] = ()
    uploads: bool = True
    log_level: LogLevel = "warning"

    def __post_init__(self) -> None:
        """Check every choice.

        Raises
        ------
        InputError
            Where one is none.
        """
        if self.port not in _PORTS:
            raise InputError(
                "port {port}: allowed are {first} to {last}", self.port, _PORTS[0], _PORTS[-1]
            )
        if not _BASE_PATH.fullmatch(self.base_path):
            raise InputError(
                "base path {path}: allowed is a path like /map, without a / at its end",
                self.base_path,
            )
        for name in self.names:
            if not _NAME.fullmatch(name):
                raise InputError(
                    "host name {name}: allowed is a name like map.example.org or *.example.org",
                    name,
                )
        for origin in self.embedders:
            if origin != ANY and not _is_origin(origin):
                raise InputError(
                    "embedding origin {origin}: allowed is one like https://example.org, or * "
                    "for all",
                    origin,
                )

    def accepts(self, host: str) -> bool:
        """Return whether a request's Host header names this server.

        A page elsewhere can have a name of its own point here, but no address: addresses and
        localhost are always accepted, of names those that the operator gave.
        """
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name == "localhost" or any(
                name.endswith(known[1:].lower())
                if known.startswith("*.")
                else name == known.lower()
                for known in self.names
            )
        return True


def _is_origin(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return False
    name = parts.hostname or ""
    return (
        parts.scheme in ("http", "https")
        and bool(_NAME.fullmatch(name))
        and origin.lower() == f"{parts.scheme}://{name}{port}"
    )


current = Settings()
"""The settings of this process's server; `server.run` sets them before any page is shown."""
