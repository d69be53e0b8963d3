"""What the server hands out in place of Streamlit's own document."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit

from controlmap.dashboard import server

STATIC = Path(streamlit.__file__).parent / "static"


def test_the_document_is_streamlits_with_our_title_and_server() -> None:
    html = server.document(STATIC)
    assert "<title>controlmap</title>" in html
    assert html.index("BACKEND_BASE_URL") < html.index('<script type="module"')


@pytest.mark.parametrize("script", server.LATE)
def test_streamlit_has_the_scripts_that_are_asked_for_early(script: str) -> None:
    (path,) = (STATIC / "static" / "js").glob(f"{script}.*.js")
    html = server.document(STATIC)
    asked = [part.partition('"')[0] for part in html.split('href="./static/js/')[1:]]
    assert path.name in asked
    assert len(asked) == len(set(asked))
    assert all((STATIC / "static" / "js" / name).is_file() for name in asked)


def test_scripts_come_with_all_that_they_import(tmp_path: Path) -> None:
    folder = tmp_path / "static" / "js"
    folder.mkdir(parents=True)
    (folder / "Html.0.js").write_text(
        'import{a}from"./one.0.js";import"./two.0.js";import("./no.js")'
    )
    (folder / "one.0.js").write_text('import{b}from"./two.0.js"')
    (folder / "two.0.js").write_text('import{a}from"./one.0.js"')
    (tmp_path / "index.html").write_text(
        '<head><title>Streamlit</title><script src="./static/js/two.0.js"></script></head>'
    )
    html = server.document(tmp_path)
    assert html.count("Html.0.js") == html.count("one.0.js") == html.count("two.0.js") == 1
    assert "no.js" not in html
