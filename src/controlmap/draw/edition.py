"""The front end as one HTML file, which needs neither a network nor a server."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

import jinja2

from controlmap.draw import front, maps
from controlmap.record.coverage import Coverage
from controlmap.words import markdown, text
from controlmap.words.language import LANGUAGE

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def single_file(coverages: Mapping[str, Coverage], default: str) -> bytes:
    """Return a page with the whole record of every source in it.

    Parameters
    ----------
    coverages
        The records, by the ids of their sources.
    default
        The id of the source that is shown first.
    """
    styles = "\n".join(_asset(f"{name}.css") for name in (maps.LEAFLET, *front.STYLES))
    script = "\n".join(_script(name) for name in (maps.LEAFLET, *front.SCRIPTS, "edition"))
    page = _ENVIRONMENT.get_template("edition.html").render(
        lang=LANGUAGE.get().replace("_", "-"),
        title=text.OVERVIEW,
        description=markdown.unlinked(str(text.LEDE)),
        style=styles,
        script=script,
        policy=_policy(styles, script),
        config=maps.inert_json(front.config(coverages, "#{}".format, default)),
        data={
            name: base64.b64encode(content).decode("ascii")
            for name, content in front.files(coverages).items()
        },
    )
    return page.encode("utf-8")


def _asset(name: str) -> str:
    return (maps.ASSETS / name).read_text("utf-8")


def _script(name: str) -> str:
    """Return a script on its own, which the end of no other and no comment can reach."""
    source = _asset(f"{name}.js").removeprefix('"use strict";\n')
    if "</script" in source or "<!--" in source:
        raise ValueError(f"{name}.js: cannot stand within a page")
    return source


def _policy(style: str, script: str) -> str:
    """Return a Content-Security-Policy that lets in this style and this script, and no request."""
    hashes = {
        directive: base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        for directive, content in (("style-src", style), ("script-src", script))
    }
    allowed = "; ".join(f"{directive} 'sha256-{digest}'" for directive, digest in hashes.items())
    return (
        f"default-src 'none'; {allowed}; img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
