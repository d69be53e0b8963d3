"""publish: the record as a page that needs no dashboard."""

from __future__ import annotations

import argparse
from pathlib import Path

from controlmap.cli.options import Commands, add_command, add_source, open_others
from controlmap.words.catalog import as_given
from controlmap.words.catalog import gettext as _


def add(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "publish",
        _publish,
        _("Write map, figures and history of every source as a page without a server."),
    )
    add_source(parser)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FOLDER",
        help=_("a site for any web server; one that is there is brought up to date"),
    )
    where.add_argument(
        "--single",
        type=Path,
        metavar="FILE",
        help=_("one HTML file that opens without a network"),
    )
    parser.add_argument(
        "--url",
        default="",
        help=_(
            "the address that the site will have, for its sitemap and the pictures of its links"
        ),
    )
    parser.add_argument("--force", action="store_true", help=_("write over FILE"))


def _publish(arguments: argparse.Namespace) -> None:
    from controlmap import sources
    from controlmap.analysis import files
    from controlmap.draw import edition, site
    from controlmap.record import archive

    source = sources.find_source(arguments.source or sources.DEFAULT).id
    archive.open_source(source)  # which says how to build one where there is none
    if arguments.output:
        contents = site.site(open_others(), source, arguments.url)
        changed = site.write(arguments.output, contents)
        print(
            as_given("{path}: {count} files, {new} new", arguments.output, len(contents), changed)
        )
        return
    page = edition.single_file(open_others(), source)
    files.write({arguments.single: page}, force=arguments.force)
    print(as_given("{path}: {size} bytes", arguments.single, len(page)))
