"""Build the wheel, install it outside of the clone, and use it there.

Twice: with the versions and hashes of requirements/run.txt, and with the lowest that pyproject.toml
allows. The command prints the README's example, the dashboard serves, and each of its pages runs.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PINNED = ROOT / "requirements" / "run.txt"
CARRIED = (
    "controlmap/py.typed",
    "controlmap/draw/assets/vendor/leaflet/leaflet.js",
    "controlmap/geodata/deepstate.parquet",
    "/LICENSE",
    "/LICENSES/CC-BY-SA-4.0.txt",
    "/REUSE.toml",
)
STARTED_S = 120
PAGES = """
import logging
import pkgutil
logging.disable(logging.WARNING)  # that a page runs without a browser
from streamlit.testing.v1 import AppTest
from controlmap.dashboard import pages

for page in pkgutil.iter_modules(pages.__path__):
    name = f"controlmap.dashboard.pages.{page.name}"
    app = AppTest.from_string(f"import {name} as page\\npage.show()", default_timeout=120).run()
    assert not app.exception, (name, app.exception)
    assert not app.error, (name, app.error)
    assert app.title, name
    print(page.name, end=" ", flush=True)
print()
"""


def pip(python: Path | str, *arguments: Path | str, constraints: Path | None = None) -> None:
    """Run pip of an environment."""
    only = {"PIP_CONSTRAINT": str(constraints)} if constraints else {}
    command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, env={**os.environ, **only})


def build(folder: Path) -> Path:
    """Return the wheel, built into a folder; it carries its data, its assets and their terms."""
    pip(sys.executable, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    if missing := [end for end in CARRIED if not any(name.endswith(end) for name in names)]:
        sys.exit(f"{wheel.name}: without {', '.join(missing)}")
    return wheel


def lowest(folder: Path) -> Path:
    """Return a file of constraints to the lowest versions that are allowed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    path = folder / "lowest.txt"
    path.write_text("".join(f"{d.replace('>=', '==')}.*\n" for d in project["dependencies"]))
    return path


def install(python: Path, wheel: Path, lowest: Path | None) -> None:
    """Install the wheel with the lowest versions allowed, else with those pinned."""
    if lowest:
        pip(python, "install", wheel, constraints=lowest)
        return
    pip(python, "install", "--require-hashes", "--requirement", PINNED)
    pip(python, "install", "--no-deps", wheel)


def use(wheel: Path, lowest: Path | None, folder: Path) -> None:
    """Install the wheel into an environment of its own, and run what it promises there."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install(python, wheel, lowest)
    readme = (ROOT / "README.md").read_text("utf-8")
    (example,) = re.findall(r"```console\n\$ controlmap (.*?)\n(.*?)```", readme, re.DOTALL)
    outside = {
        "CONTROLMAP_DATA": "",
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
    }
    command = [folder / "bin" / "controlmap", *example[0].split()]
    done = subprocess.run(
        command, cwd=folder, env=outside, check=True, capture_output=True, text=True
    )
    if done.stdout != example[1]:
        sys.exit(f"controlmap {example[0]} prints\n{done.stdout}")
    serve(folder / "bin" / "controlmap", folder, outside)
    subprocess.run([python, "-c", PAGES], cwd=folder, env=outside, check=True)


def serve(command: Path, folder: Path, outside: dict[str, str]) -> None:
    """Start the dashboard, read its first page and one of Streamlit's, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [command, "dashboard", "--port", str(port)],
        cwd=folder,
        env=outside,
        stdout=subprocess.DEVNULL,
    ) as server:
        try:
            for path, title in (("", "· controlmap"), ("history", "<title>controlmap")):
                if f"{title}</title>" not in page(f"http://127.0.0.1:{port}/{path}"):
                    sys.exit(f"the dashboard serves another page at /{path}")
        finally:
            server.terminate()


def page(address: str) -> str:
    """Return a page as soon as it is served."""
    until = time.monotonic() + STARTED_S
    while True:
        try:
            with urllib.request.urlopen(address) as answer:
                return str(answer.read(), "utf-8")
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def main() -> None:
    """Check the wheel in two environments."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build(folder)
        for title, versions in (("pinned", None), ("lowest", lowest(folder))):
            print(f"{wheel.name}, {title} versions: ", end="", flush=True)
            use(wheel, versions, folder / title)


if __name__ == "__main__":
    main()
