"""The front end as a page of its own: as one HTML file that needs no network, or of files."""

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

TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


_NOTHING: Mapping[str, object] = {
    "style": "", "script": "", "style_url": "", "script_url": "", "data": {}, "embed": False,
    "url": "", "picture": "", "feed": "",
}  # fmt: skip


def single_file(coverages: Mapping[str, Coverage], default: str) -> bytes:
    """Return a page with the whole record of every source in it.

    Parameters
    ----------
    coverages
        The records, by the ids of their sources.
    default
        The id of the source that is shown first.
    """
    css, script = style(), scripts()
    hashes = (f"'sha256-{base64.b64encode(digest(x)).decode()}'" for x in (css, script))
    return page(
        front.config(coverages, "#{}".format, default),
        policy(*hashes),
        style=css,
        script=script,
        data={
            name: base64.b64encode(content).decode("ascii")
            for name, content in front.files(coverages).items()
        },
    )


def page(config: Mapping[str, object], policy: str, **parts: object) -> bytes:
    """Return the page that shows the front end.

    Parameters
    ----------
    config
        What `Front.mount` takes.
    policy
        The page's Content-Security-Policy.
    parts
        Further variables of the template: its style and script, or where they are; its description.
    """
    html = TEMPLATES.get_template("edition.html").render(
        lang=LANGUAGE.get().replace("_", "-"),
        title=text.OVERVIEW,
        policy=policy,
        config=maps.inert_json(config),
        **{**_NOTHING, "description": markdown.unlinked(str(text.LEDE)), **parts},
    )
    return html.encode("utf-8")


def style() -> str:
    """Return the style sheets of the page, as one."""
    return "\n".join(_asset(f"{name}.css") for name in (maps.LEAFLET, *front.STYLES))


def scripts() -> str:
    """Return the scripts of the page, as one."""
    return "\n".join(_script(name) for name in (maps.LEAFLET, *front.SCRIPTS, "edition"))


def _asset(name: str) -> str:
    return (maps.ASSETS / name).read_text("utf-8")


def _script(name: str) -> str:
    """Return a script on its own, which the end of no other and no comment can reach."""
    source = _asset(f"{name}.js").removeprefix('"use strict";\n')
    if "</script" in source or "<!--" in source:
        raise ValueError(f"{name}.js: cannot stand within a page")
    return source


def policy(style: str, script: str) -> str:
    """Return a Content-Security-Policy that lets in what is named, and no request."""
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def digest(content: str | bytes) -> bytes:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).digest()
