"""Start the dashboard's server: Streamlit on 127.0.0.1, with what is slow to import imported."""

from __future__ import annotations

import gc
import socket
import tomllib
from pathlib import Path

from controlmap.model import ControlmapError, InputError

HOST = "127.0.0.1"
_PORTS = range(1, 65536)


def run(port: int) -> None:
    """Serve until interrupted.

    Raises
    ------
    InputError
        Where the port is none, or is in use.
    """
    if port not in _PORTS:
        raise InputError(f"port {port}: allowed are {_PORTS[0]} to {_PORTS[-1]}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise InputError(
                f"port {port}: cannot be used on {HOST} ({error.strerror}); choose another with "
                "--port (PORT= with make)"
            ) from error
    script, settings = _entry()
    _import_early()

    from streamlit.web import bootstrap

    options = {
        f"{section}_{name}": value
        for section, values in tomllib.loads(settings.read_text()).items()
        for name, value in _flat(values)
    } | {"server_address": HOST, "server_port": port}
    bootstrap.load_config_options(flag_options=options)
    print(f"controlmap: http://{HOST}:{port} (stop with Ctrl-C)", flush=True)
    bootstrap.run(str(script), False, [], options)


def _flat(values: dict[str, object]) -> list[tuple[str, object]]:
    """Streamlit's flags name a setting of a subsection `section_subsection_name`."""
    out: list[tuple[str, object]] = []
    for name, value in values.items():
        if isinstance(value, dict):
            out.extend((f"{name}_{inner}", v) for inner, v in _flat(value))
        else:
            out.append((name, value))
    return out


def _entry() -> tuple[Path, Path]:
    """The entry script and its settings: beside the package if installed, else in the clone."""
    here = Path(__file__).parent
    for script, settings in (
        (here / "dashboard.py", here / "streamlit.toml"),
        (here.parents[1] / "dashboard.py", here.parents[1] / ".streamlit" / "config.toml"),
    ):
        if script.is_file() and settings.is_file():
            return script, settings
    raise ControlmapError("dashboard.py: not found; install controlmap again")


def _import_early() -> None:
    """Import and load before the first visitor comes what the first page needs.

    Not `streamlit_folium`: a component declared before the server runs is not served.
    """
    import pandas  # noqa: F401

    from controlmap import archive, figures, land, maps, places  # noqa: F401

    for source in archive.with_records():
        archive.open_source(source)
    land.load()
    places.load()
    # Streamlit collects garbage after each run of a page; what is loaded now is none.
    gc.collect()
    gc.freeze()
