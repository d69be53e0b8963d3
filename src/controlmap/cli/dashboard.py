"""dashboard: serve the page."""

from __future__ import annotations

import argparse

from controlmap.cli.options import Commands, add_command
from controlmap.words.catalog import gettext as _


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "dashboard", _dashboard, _("Serve the dashboard on 127.0.0.1."))
    parser.add_argument("--port", type=int, default=8501, help=_("default: 8501"))


def _dashboard(arguments: argparse.Namespace) -> None:
    from controlmap.dashboard import server

    server.run(arguments.port)
