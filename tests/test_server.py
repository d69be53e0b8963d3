"""The server that `controlmap dashboard` starts: what it lets in, and what it hands out."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import expect
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from command_line import refused
from controlmap.analysis import answer as answers
from controlmap.analysis import areas
from controlmap.analysis.figures import Contested
from controlmap.cli import main
from controlmap.core import limits
from controlmap.core.model import InputError
from controlmap.core.server_settings import Settings
from controlmap.dashboard import protection, server
from controlmap.geo.oblasts import Basis
from controlmap.record import archive
from visiting import Visit

DEPLOY = Path(__file__).parents[1] / "deploy"
PAGE = "http://127.0.0.1:"


def get(
    address: str, path: str = "", *, method: str = "GET", **headers: str
) -> tuple[HTTPResponse, bytes]:
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request(method, parts.path + path, headers=headers)
    answer = connection.getresponse()
    with contextlib.closing(connection):
        return answer, answer.read()


@pytest.fixture(scope="module")
def plain(serve: Callable[..., str]) -> str:
    return serve()


@pytest.fixture(scope="module")
def chosen(serve: Callable[..., str]) -> str:
    """A dashboard with every option set."""
    return serve(
        options=[
            "--base-path", "/map", "--allow-host", "map.example.org",
            "--allow-embed", "https://example.com", "--upload", "off",
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost:1", 200),
        ("[::1]:8501", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("", 421),
        ("[", 421),
    ],
)
def test_only_its_own_names_reach_the_server(plain: str, host: str, status: int) -> None:
    assert get(plain, Host=host)[0].status == status


def test_a_socket_from_elsewhere_is_refused(plain: str) -> None:
    handshake = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }  # fmt: skip
    parts = urlsplit(plain)
    for host, status in (("evil.example", 403), (parts.netloc, 101)):
        connection = HTTPConnection(parts.netloc, timeout=30)
        connection.request("GET", "/_stcore/stream", headers={**handshake, "Host": host})
        with contextlib.closing(connection):
            assert connection.getresponse().status == status


def test_what_browsers_may_do_is_said(plain: str) -> None:
    answer, _ = get(plain)
    policy = answer.getheader("Content-Security-Policy", "")
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert get(plain, "x/component/")[0].getheader("Content-Security-Policy") == policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert answer.getheader("X-Content-Type-Options") == "nosniff"


@pytest.mark.exhaustive
def test_a_page_elsewhere_embeds_where_the_operator_says_so(chosen: str) -> None:
    policy = get(chosen, "pace")[0].getheader("Content-Security-Policy", "")
    assert "frame-ancestors 'self' https://example.com" in policy


@pytest.mark.exhaustive
def test_all_is_below_the_base_path(chosen: str) -> None:
    assert chosen.endswith("/map/")
    assert 'location.origin + "/map"' in get(chosen, "pace")[1].decode()
    assert b'<script src="map/' in get(chosen)[1]
    assert get(chosen, "health")[1] == b"ok\n"
    assert get(chosen.removesuffix("map/"))[0].status != 200
    assert get(chosen, Host="map.example.org")[0].status == 200


@pytest.mark.exhaustive
def test_uploads_are_off_where_the_operator_says_so(chosen: str, plain: str) -> None:
    path = "_stcore/upload_file/none/none"
    assert get(chosen, path, method="PUT")[1] == b"Uploads are off.\n"
    assert get(plain, path, method="PUT")[1] != b"Uploads are off.\n"


def test_readiness_tells_the_age_of_each_record(plain: str) -> None:
    answer, body = get(plain, "ready")
    assert answer.status == 200
    records = {record["source"]: record for record in json.loads(body)["records"]}
    assert {"deepstate", "isw", "nzz"} <= records.keys()
    assert records["deepstate"]["age_days"] > 0
    assert records["deepstate"]["observed"] == "2026-08-20"


@pytest.mark.exhaustive
def test_a_damaged_record_of_ones_own_gives_way_to_the_embedded_one(
    serve: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "deepstate.parquet").write_bytes(b"damaged")
    (tmp_path / "viina.parquet").write_bytes(b"damaged")
    address = serve(env={"CONTROLMAP_DATA": str(tmp_path)})
    answer, body = get(address, "ready")
    records = {record["source"]: record for record in json.loads(body)["records"]}
    record = records["deepstate"]
    assert answer.status == 503
    assert records["viina"] == {"source": "viina", "error": "its record cannot be read"}
    assert record["observed"] == "2026-08-20"
    assert record["in_place_of"] == "a damaged record"
    assert get(address)[0].status == 200
    assert (tmp_path / "deepstate.parquet").read_bytes() == b"damaged"


def test_what_any_server_hands_out_needs_no_visit_before(plain: str) -> None:
    from controlmap.dashboard import routes

    assert get(plain, "component/streamlit_folium.st_folium/index.html")[0].status == 200
    for name in ("map_view.js", "vendor/leaflet/leaflet.js"):
        answer, _ = get(plain, f"{routes.assets_path()}/{name}")
        assert answer.status == 200
        assert "immutable" in answer.getheader("Cache-Control", "")
    for name in ("../server.py", "%2e%2e/server.py", "none.js", "vendor"):
        assert get(plain, f"{routes.assets_path()}/{name}")[0].status in (400, 404)
    assert get(plain, f"{routes.FILES_PATH}/../x")[0].status in (400, 404)


def test_a_day_is_handed_out_as_the_command_writes_it(plain: str) -> None:
    answer, body = get(plain, "compare.json?date=2022-11-10&source=nzz&basis=land&contested=in")
    assert answer.status == 200
    assert 'filename="compare-nzz-2022-11-10.json"' in answer.getheader("Content-Disposition", "")
    sources = ("deepstate", "isw", "nzz")
    coverages = {source: archive.open_source(source).coverage for source in sources}
    expected = areas.compare(
        coverages["nzz"],
        date(2022, 11, 10),
        basis=Basis.LAND,
        contested=Contested.IN,
        others=coverages,
    )
    assert body == answers.encoded(expected, "json")
    answer, body = get(plain, "compare.txt?date=2022-11-10")
    assert answer.status == 200
    assert "Source: DeepState, observed 10 November 2022" in body.decode()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("compare.json?date=2031-01-01", "date: not available"),
        ("compare.json?basis=%3Cb%3E", "basis: not available; allowed: polygon"),
        ("compare.json?source=isw&date=2025-01-01", "ISW: nothing after 24 August 2023"),
        ("compare.exe", "exe: is no format; allowed: zip"),
    ],
)
def test_what_cannot_be_handed_out_is_one_line(plain: str, address: str, says: str) -> None:
    answer, body = get(plain, address)
    assert answer.status == 400
    assert says in body.decode()
    assert body.decode().count("\n") == 1


def test_the_address_that_the_first_page_had_leads_to_it(plain: str) -> None:
    answer, _ = get(plain, "map?date=2022-11-10&source=nzz")
    assert answer.status == 308
    assert answer.getheader("Location") == "./?date=2022-11-10&source=nzz"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server by the protocol of ours, whose requests have to arrive at once."""
    seconds = {"IDLE": 0.5, "SEND_BODY": 0.5}
    monkeypatch.setattr(protection, "_SECONDS", seconds)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while scope["type"] == "http" and (await receive()).get("more_body"):
            pass
        await PlainTextResponse("whole")(scope, receive, send)

    config = uvicorn.Config(
        application, http=protection.impatient_protocol(), lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize(
    "begun",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n",
    ],
    ids=["head", "body"],
)
def test_a_request_that_does_not_arrive_is_ended(hasty: int, begun: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hasty), timeout=60) as half:
        half.sendall(begun)
        half.settimeout(0.1)
        for _ in range(90):
            try:
                assert half.recv(1) == b""
                return
            except TimeoutError:
                half.sendall(b"x")  # a slow client is as bad as a silent one
            except ConnectionError:
                return
        pytest.fail("the connection is still open")


def test_a_request_that_arrives_is_answered(hasty: int) -> None:
    answer, body = get(f"http://127.0.0.1:{hasty}/")
    assert (answer.status, body) == (200, b"whole")


@pytest.mark.exhaustive
def test_the_dashboard_ends_a_request_that_does_not_arrive(plain: str) -> None:
    parts = urlsplit(plain)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as half:
        half.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
        start = time.monotonic()
        while time.monotonic() - start < 4 * protection.HEAD_SECONDS:
            half.settimeout(1)
            try:
                assert half.recv(1) == b""
                return
            except TimeoutError:
                half.sendall(b"x")  # a slow client is as bad as a silent one
            except ConnectionError:
                return
        pytest.fail("the connection is still open")


@pytest.mark.parametrize("kind", ["clear_cache", "load_git_info", "set_run_on_save"])
def test_messages_for_developers_are_dropped(kind: str) -> None:
    message = BackMsg()
    setattr(message, kind, True)
    assert not protection._is_of_a_page({"type": "x", "bytes": message.SerializeToString()})
    assert not protection._is_of_a_page({"type": "x", "bytes": b"\xff\xff"})
    assert not protection._is_of_a_page({"type": "x", "text": "no"})
    page = BackMsg(stop_script=True).SerializeToString()
    assert protection._is_of_a_page({"type": "x", "bytes": page})


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ({"port": 0}, "port 0: allowed are 1 to 65535"),
        ({"base_path": "map"}, "allowed is a path like /map"),
        ({"base_path": "/map/../x/"}, "allowed is a path like /map"),
        ({"base_path": "/.."}, "allowed is a path like /map"),
        ({"names": ["a b"]}, "host name a b"),
        ({"names": ["http://x.org"]}, "host name"),
        ({"embedders": ["example.org"]}, "https://example.org"),
        ({"embedders": ["https://example.org/"]}, "embedding origin"),
        ({"embedders": ["https://x.org; script-src *"]}, "embedding origin"),
        ({"embedders": ["javascript:x"]}, "embedding origin"),
        ({"embedders": ["https://[example.org"]}, "embedding origin"),
        ({"embedders": ["https://example.org:99999"]}, "embedding origin"),
        ({"embedders": ["https://someone@example.org"]}, "embedding origin"),
    ],
)
def test_settings_that_are_none_are_refused(choice: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        Settings(**choice)  # type: ignore[arg-type]


def test_a_host_that_is_none_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert "192.0.2.1" in refused(capsys, "dashboard", "--host", "192.0.2.1")


@pytest.fixture
def nginx(
    tmp_path: Path,
) -> Iterator[Callable[[str, dict[str, str]], str]]:
    """Return a function that runs nginx with a configuration of ours, some of its text replaced."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        pytest.skip("no nginx")
    running: list[subprocess.Popen[bytes]] = []
    types = Path("/etc/nginx/mime.types")
    if not types.is_file():
        pytest.skip("no types of nginx")

    def start(name: str, replaced: dict[str, str]) -> str:
        text = (DEPLOY / name).read_text("utf-8")
        for old, new in replaced.items():
            assert old in text
            text = text.replace(old, new)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        text = text.replace("127.0.0.1:8500", f"127.0.0.1:{port}")
        temporary = " ".join(
            f"{kind}_temp_path {tmp_path}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        configuration = tmp_path / "nginx.conf"
        configuration.write_text(
            # Its workers are to read the folders of the tests.
            f"{'' if os.getuid() else 'user root;'}"
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error;"
            f"events {{}} http {{ include {types}; access_log off; {temporary}\n{text}\n}}"
        )
        running.append(
            subprocess.Popen([program, "-c", str(configuration), "-e", f"{tmp_path}/error"])
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return f"{PAGE}{port}/"
            except OSError:
                time.sleep(0.05)
        pytest.fail((tmp_path / "error").read_text())

    yield start
    for process in running:
        process.terminate()
        process.wait(timeout=10)


@pytest.mark.exhaustive
def test_replicas_behind_nginx_need_no_visit_before(
    nginx: Callable[[str, dict[str, str]], str],
    serve: Callable[..., str],
    plain: str,
    page: Visit,
) -> None:
    ports = [str(urlsplit(server).port) for server in (plain, serve())]
    address = nginx("nginx-replicas.conf", {"8501": ports[0], "8502": ports[1]})
    for _ in range(4):  # in turn
        assert get(address, "component/streamlit_folium.st_folium/index.html")[0].status == 200
    page.tab.goto(address)
    expect(page.tab.locator("h1").first).to_be_visible()
    page.tab.goto(f"{address}changes")
    page.map()
    page.assert_clean()


@pytest.mark.exhaustive
def test_a_site_behind_nginx_is_kept_as_long_as_it_is_true(
    nginx: Callable[[str, dict[str, str]], str],
    tmp_path: Path,
    page: Visit,
) -> None:
    site = tmp_path / "site"
    assert main.main(["publish", "-o", str(site)]) == 0
    address = nginx("nginx-static.conf", {"/srv/controlmap": str(site)})
    for name in ("", "index.html", "latest.csv", "latest.metadata.json"):
        answer, body = get(address, name)
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert body == (site / (name or "index.html")).read_bytes()
        again, _ = get(address, name, **{"If-None-Match": answer.headers["ETag"]})
        assert again.status == 304
    kept = {p.name for p in site.iterdir() if re.search(r"-[0-9a-f]{16}\.", p.name)}
    assert len(kept) > 5
    for name in kept:
        answer, _ = get(address, name)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    packed, _ = get(address, "latest.csv", **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert get(address, "no-such-page")[0].status == 404
    page.tab.goto(address)
    expect(page.tab.locator("h1").first).to_be_visible()
    page.assert_clean()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    unit = tmp_path / "controlmap@1.service"
    text = (DEPLOY / "controlmap@.service").read_text("utf-8")
    unit.write_text(text.replace("/opt/controlmap/bin/controlmap", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("held", "size", "status"),
    [
        ({}, 1, 200),
        ({"me": limits.UPLOAD_SESSION_MB * 2**20}, 1, 413),
        ({"other": limits.UPLOAD_SESSION_MB * 2**20}, 1, 200),
        ({f"{n}": 2**20 for n in range(limits.UPLOAD_SERVER_MB)}, 1, 413),
        ({}, 0, 411),
    ],
)
def test_uploads_have_a_total_for_each_session_and_for_all(
    held: dict[str, int], size: int, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def taken(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("kept")(scope, receive, send)

    monkeypatch.setattr(protection, "_held_bytes", lambda: held)
    app = protection.Protection(taken, Settings(), "")
    client = TestClient(app, base_url="http://127.0.0.1")
    answer = client.put("/_stcore/upload_file/me/1", content=b"x" * size)
    assert answer.status_code == status


def test_what_streamlit_holds_is_counted_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = MemoryUploadedFileManager("")
    monkeypatch.setattr(
        "streamlit.runtime.get_instance", lambda: SimpleNamespace(uploaded_file_mgr=manager)
    )
    manager.add_file("me", UploadedFileRec("1", "a", "text/plain", bytes(7)))
    assert protection._held_bytes() == {"me": 7}
    manager.remove_session_files("me")
    assert protection._held_bytes() == {}


def test_only_who_runs_the_server_is_reminded_to_update() -> None:
    record = archive.open_source("deepstate")
    last = record.coverage.span[1]
    assert list(server._remarks(record, last + timedelta(days=7))) == [
        "deepstate: the map is generalised to 250 m; controlmap update --source deepstate builds "
        "one at full detail"
    ]
    old, _ = server._remarks(record, last + timedelta(days=8))
    assert old == (
        "deepstate: the newest snapshot is 8 days old; controlmap update --source deepstate "
        "fetches newer ones"
    )
    coverage = replace(record.coverage, source="creamy_caprice")
    fetched_by_hand = replace(record, coverage=coverage)
    assert list(server._remarks(fetched_by_hand, last + timedelta(days=99))) == []
