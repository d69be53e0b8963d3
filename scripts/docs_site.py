"""Build the site of the documents and the API reference into build/docs, with no warning.

mkdocs.yml has its settings, which Zensical and MkDocs both read.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "build" / "pages"
SITE = ROOT / "build" / "docs"
AT_THE_ROOT = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "LICENSE": "LICENSE",
    "REUSE.toml": "REUSE.toml",
    "CITATION.cff": "CITATION.cff",
}
"""Documents that stand at the repository's root, by their names in the site."""
FETCHED = re.compile(
    r'<(?:script|link rel="stylesheet"|img|iframe)[^>]*(?:src|href)="?(?:https?:)?//[^>]*'
)


def lay_pages() -> None:
    """Lay the pages of the site side by side, with links that lead from one to the other."""
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(ROOT / "docs", PAGES)
    for source, name in AT_THE_ROOT.items():
        shutil.copy(ROOT / source, PAGES / name)
    for page in PAGES.glob("*.md"):
        text = page.read_text("utf-8").replace("](docs/", "](").replace("](../", "](")
        for source, name in AT_THE_ROOT.items():
            text = text.replace(f"]({source}", f"]({name}")
        page.write_text(text, "utf-8")


def fetched_from_elsewhere() -> list[str]:
    """Return what pages of the site would fetch from another server."""
    return [
        f"{path.name}: {tag}"
        for path in sorted(SITE.rglob("*.html"))
        for tag in FETCHED.findall(path.read_text("utf-8"))
    ]


def main() -> int:
    """Build the site; return 1 where a page has a warning or needs a network."""
    lay_pages()
    shutil.rmtree(SITE, ignore_errors=True)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        return 1
    if tags := fetched_from_elsewhere():
        print(*tags, sep="\n", file=sys.stderr)
        return 1
    print(f"The site: {SITE.relative_to(ROOT)}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
