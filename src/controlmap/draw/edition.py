"""The front end as one HTML file that needs no network, or as a folder for any web server."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import jinja2

from controlmap.analysis import areas, files
from controlmap.core import geoparquet, temporary
from controlmap.core.model import InputError
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


_SELF = "'self'"
_INDEX = "controlmap-site.json"
"""What a site's folder is known by: the list of its files."""


def single_file(coverages: Mapping[str, Coverage], default: str) -> bytes:
    """Return a page with the whole record of every source in it.

    Parameters
    ----------
    coverages
        The records, by the ids of their sources.
    default
        The id of the source that is shown first.
    """
    style, script = _style(), _scripts()
    hashes = (f"'sha256-{base64.b64encode(_digest(x)).decode()}'" for x in (style, script))
    return _page(
        front.config(coverages, "#{}".format, default),
        _policy(*hashes),
        style=style,
        script=script,
        data={
            name: base64.b64encode(content).decode("ascii")
            for name, content in front.files(coverages).items()
        },
    )


def site(coverages: Mapping[str, Coverage], default: str) -> dict[str, bytes]:
    """Return the files of a site by their paths, which are relative: it works below any address.

    What may be kept for ever has a hash of its content in its name. Text has a packed copy, `.gz`,
    beside it, for servers that hand those out. The parameters are those of `single_file`.
    """
    data = {name: _named(f"{name}.bin", x) for name, x in front.files(coverages).items()}
    style, script = (
        _named(name, text.encode())
        for name, text in (("front.css", _style()), ("front.js", _scripts()))
    )
    latest = areas.compare(coverages[default], others=coverages)
    page = _page(
        front.config(coverages, lambda name: data[name][0], default),
        f"{_policy(_SELF, _SELF)}; connect-src {_SELF}",
        style_url=style[0],
        script_url=script[0],
    )
    texts = {
        style[0]: style[1],
        script[0]: script[1],
        "latest.csv": latest.to_csv().encode(),
        "latest.metadata.json": files.metadata(latest.provenance),
        "index.html": page,
    }
    packed = {f"{name}.gz": gzip.compress(text, mtime=0) for name, text in texts.items()}
    return {**dict(data.values()), **packed, **texts}


def write_site(folder: Path, contents: Mapping[str, bytes]) -> int:
    """Write a site into a folder, the page last; return how many files were not as they are now.

    Raises
    ------
    InputError
        Where the folder holds something, and no site that this wrote; nothing was changed then.
    """
    index = folder / _INDEX
    if folder.exists() and not folder.is_dir():
        raise InputError("{folder}: is no folder", folder)
    temporary.clear(folder)  # what a run that was killed left is not another's file
    if folder.exists() and not index.is_file() and any(folder.iterdir()):
        raise InputError("{folder}: holds other files; name an empty folder, or a new one", folder)
    before = json.loads(index.read_text("utf-8")) if index.is_file() else []
    folder.mkdir(parents=True, exist_ok=True)
    changed = {
        name: content
        for name, content in contents.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    }
    # What is not whole yet is ours already: the list comes first.
    _replace(index, json.dumps(sorted({*before, *contents})).encode())
    for name, content in changed.items():
        _replace(folder / name, content)
    _replace(index, json.dumps(sorted(contents)).encode())
    for name in set(before) - set(contents):
        if Path(name).name == name:  # the list may have been written to
            (folder / name).unlink(missing_ok=True)
    return len(changed)


def _replace(path: Path, content: bytes) -> None:
    with geoparquet.replacing(path) as file:
        file.write(content)


def _named(name: str, content: bytes) -> tuple[str, bytes]:
    """Return content with the name that it has among the files of a site."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}-{_digest(content).hex()[:16]}.{suffix}", content


def _page(config: Mapping[str, object], policy: str, **parts: object) -> bytes:
    page = _ENVIRONMENT.get_template("edition.html").render(
        lang=LANGUAGE.get().replace("_", "-"),
        title=text.OVERVIEW,
        description=markdown.unlinked(str(text.LEDE)),
        policy=policy,
        config=maps.inert_json(config),
        **{"style": "", "script": "", "style_url": "", "script_url": "", "data": {}, **parts},
    )
    return page.encode("utf-8")


def _style() -> str:
    return "\n".join(_asset(f"{name}.css") for name in (maps.LEAFLET, *front.STYLES))


def _scripts() -> str:
    return "\n".join(_script(name) for name in (maps.LEAFLET, *front.SCRIPTS, "edition"))


def _asset(name: str) -> str:
    return (maps.ASSETS / name).read_text("utf-8")


def _script(name: str) -> str:
    """Return a script on its own, which the end of no other and no comment can reach."""
    source = _asset(f"{name}.js").removeprefix('"use strict";\n')
    if "</script" in source or "<!--" in source:
        raise ValueError(f"{name}.js: cannot stand within a page")
    return source


def _policy(style: str, script: str) -> str:
    """Return a Content-Security-Policy that lets in what is named, and no request."""
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(content: str | bytes) -> bytes:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).digest()
