"""dashboard: serve the page."""

from __future__ import annotations

import argparse
from typing import get_args

from controlmap.cli.options import Commands, add_command
from controlmap.core.server_settings import LogLevel, Settings
from controlmap.words.catalog import gettext as _


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "dashboard", _dashboard, _("Serve the dashboard."))
    default = Settings()
    parser.add_argument(
        "--host", default=default.host, help=_("address to listen on; default: 127.0.0.1")
    )
    parser.add_argument("--port", type=int, default=default.port, help=_("default: 8501"))
    parser.add_argument(
        "--base-path",
        default=default.base_path,
        metavar="PATH",
        help=_("where it is seen below another site, as /map"),
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help=_("a name under which it is reached, as map.example.org; may be repeated"),
    )
    parser.add_argument(
        "--allow-embed",
        action="append",
        default=[],
        metavar="ORIGIN",
        help=_("whose pages may show it in a frame, as https://example.org, or * for all"),
    )
    parser.add_argument(
        "--upload",
        choices=("on", "off"),
        default="on",
        help=_("whether visitors may measure files of their own; default: on"),
    )
    parser.add_argument(
        "--log-level",
        choices=get_args(LogLevel),
        default=default.log_level,
        help=_("default: warning"),
    )


def _dashboard(arguments: argparse.Namespace) -> None:
    settings = Settings(
        host=arguments.host,
        port=arguments.port,
        base_path=arguments.base_path.rstrip("/"),
        names=arguments.allow_host,
        embedders=arguments.allow_embed,
        uploads=arguments.upload == "on",
        log_level=arguments.log_level,
    )
    from controlmap.dashboard import server

    server.run(settings)
