"""Fetching from a real server on this machine that misbehaves in every way it can."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest

import publisher
from controlmap.core.model import InputError
from controlmap.core.version import __version__
from controlmap.update.fetch import (
    Fetcher,
    FetchError,
    Manners,
    MissingError,
    RefusedError,
    UnavailableError,
    check_address,
)
from publisher import MANNERS, NOON, MadeClock, Publisher, file, status

JSON = b'{"type": "FeatureCollection", "features": []}'
LIMIT = MANNERS.limit_bytes


# What is had


@pytest.mark.parametrize(
    "answer",
    [
        file(JSON),
        file(JSON, "application/geo+json; charset=utf-8"),
        file(JSON, "text/plain; charset=utf-8"),
        publisher.packed(JSON),
        publisher.reply(200, JSON, {}),
    ],
    ids=["json", "geojson", "text", "gzip", "neither type nor length"],
)
def test_a_file_comes_as_it_is(
    server: Publisher, fetcher: Fetcher, answer: publisher.Answer
) -> None:
    got = fetcher.get(server.publish("/a", answer))
    assert got is not None
    assert (got.address, got.data, got.retrieved) == (f"{server.address}/a", JSON, NOON)


def test_a_request_names_who_asks(server: Publisher, fetcher: Fetcher) -> None:
    fetcher.get(server.publish("/a", JSON))
    ((_, headers),) = server.asked
    assert headers["User-Agent"].startswith(f"controlmap/{__version__} ")
    assert headers["Accept-Encoding"] == "gzip"
    assert headers["If-None-Match"] is None


def test_what_has_not_changed_is_not_sent_again(server: Publisher, fetcher: Fetcher) -> None:
    address = server.publish("/a", publisher.of_etag(JSON, '"one"'))
    got = fetcher.get(address)
    assert got is not None
    assert got.etag == '"one"'
    assert fetcher.get(address, known=got) is None
    again = fetcher.get(address, known=replace(got, etag='"none"'))
    assert again is not None
    assert again.data == JSON


def test_the_date_of_the_last_change_is_asked_by_too(server: Publisher, fetcher: Fetcher) -> None:
    day = "Thu, 12 Mar 2026 03:00:00 GMT"
    got = fetcher.get(server.publish("/a", file(JSON, Last_Modified=day), status(304)))
    assert got is not None
    assert fetcher.get(got.address, known=got) is None
    assert server.asked[1][1]["If-Modified-Since"] == day


def test_an_answer_of_no_change_that_nobody_asked_for_is_none(
    server: Publisher, fetcher: Fetcher
) -> None:
    with pytest.raises(FetchError, match="the server answers 304"):
        fetcher.get(server.publish("/a", status(304)))


def test_another_address_of_the_same_host_is_followed(server: Publisher, fetcher: Fetcher) -> None:
    server.publish("/b", JSON)
    got = fetcher.get(server.publish("/a", status(302, Location="/b")))
    assert got is not None
    assert (got.data, server.paths) == (JSON, ["/a", "/b"])


# What passes


@pytest.mark.parametrize(
    "trouble",
    [status(500), status(503), status(429), publisher.cut_off(JSON), file(JSON[:20])],
    ids=["500", "503", "429", "cut off", "cut off and told as whole"],
)
def test_trouble_that_passes_is_waited_out_twice_as_long_each_time(
    server: Publisher, fetcher: Fetcher, clock: MadeClock, trouble: publisher.Answer
) -> None:
    got = fetcher.get(server.publish("/a", trouble, trouble, file(JSON)))
    assert got is not None
    assert got.data == JSON
    assert clock.waits_s == [1.0, 2.0]


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [
        ("7", 7.0),
        ("Thu, 12 Mar 2026 12:01:30 GMT", 90.0),
        ("soon", 1.0),
        ("-1", 1.0),
        ("Tue, 10 Mar 99999999999999999999 12:01:30 GMT", 1.0),
    ],
)
def test_a_server_is_asked_again_when_it_says(
    server: Publisher, fetcher: Fetcher, clock: MadeClock, told: str, wait_s: float
) -> None:
    assert fetcher.get(server.publish("/a", status(429, Retry_After=told), file(JSON)))
    assert clock.waits_s == [wait_s]


def test_a_wait_beyond_the_longest_is_not_waited(
    server: Publisher, fetcher: Fetcher, clock: MadeClock
) -> None:
    with pytest.raises(UnavailableError, match="answers 429; asks to wait for 3,600 s"):
        fetcher.get(server.publish("/a", status(429, Retry_After="3600")))
    assert (clock.waits_s, len(server.asked)) == ([], 1)


def test_requests_keep_their_distance(server: Publisher, clock: MadeClock) -> None:
    address = server.publish("/a", JSON)
    with publisher.fetcher_at(clock, replace(MANNERS, pause_s=2.5)) as fetcher:
        for _ in range(3):
            fetcher.get(address)
    assert clock.waits_s == [2.5, 2.5]


# What does not


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (status(404), MissingError, "is not there (404)"),
        (status(410), MissingError, "is not there (410)"),
        (status(401), RefusedError, "turns the request away (401)"),
        (status(403), RefusedError, "turns the request away (403)"),
        (status(206), FetchError, "the server answers 206"),
        (file(b"<!doctype html><p>", "text/html"), FetchError, "is 'text/html'; JSON is expected"),
        (file(b"\n <html>"), FetchError, "is a page of HTML or XML; JSON is expected"),
        (file(JSON, Content_Encoding="br"), FetchError, "is packed as 'br'"),
        (file(b" " * (10 * LIMIT)), FetchError, "larger than 0.0625 MB, the limit"),
        (publisher.packed(b" " * (10 * LIMIT)), FetchError, "larger than 0.0625 MB"),
        (
            publisher.reply(200, b" " * (10 * LIMIT), {"Content-Type": "application/json"}),
            FetchError,
            "larger than 0.0625 MB",
        ),
        (
            file(gzip.compress(JSON) + b" " * (2 * LIMIT - 200), Content_Encoding="gzip"),
            FetchError,
            "larger than 0.0625 MB",
        ),
        (status(302, Location="https://example.org/b"), FetchError, "'https://example.org/b'"),
        (status(302, Location="//example.org/b"), FetchError, "another host"),
        (status(301, Location="http://127.0.0.1:1/b"), FetchError, "another host"),
        (status(307, Location="file:///etc/passwd"), FetchError, "'file:///etc/passwd'"),
        (status(302, Location="http://[/"), FetchError, "not followed"),
        (status(302), FetchError, "not followed"),
        (status(302, Location="/a"), FetchError, "sends on more than 3 times"),
    ],
)
def test_what_is_not_followed_or_taken_is_asked_for_once(
    server: Publisher,
    fetcher: Fetcher,
    clock: MadeClock,
    answer: publisher.Answer,
    error: type[FetchError],
    told: str,
) -> None:
    with pytest.raises(FetchError) as raised:
        fetcher.get(server.publish("/a", answer))
    assert type(raised.value) is error
    assert told in str(raised.value)
    assert str(raised.value).startswith(f"{server.address}/a: ")
    assert clock.waits_s == []
    assert set(server.paths) == {"/a"}


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (status(500), FetchError, "the server answers 500; tried 3 times"),
        (status(429), UnavailableError, "the server answers 429; tried 3 times"),
        (publisher.cut_off(JSON), FetchError, "the connection broke off"),
        (file(JSON[:20]), FetchError, "is no JSON, or cut off"),
        (file(JSON, Content_Encoding="gzip"), FetchError, "the gzip stream is damaged"),
        (
            file(gzip.compress(JSON)[:-9], Content_Encoding="gzip"),
            FetchError,
            "the gzip stream is cut off",
        ),
    ],
)
def test_trouble_that_stays_is_given_up(
    server: Publisher,
    fetcher: Fetcher,
    answer: publisher.Answer,
    error: type[FetchError],
    told: str,
) -> None:
    with pytest.raises(FetchError, match="tried 3 times") as raised:
        fetcher.get(server.publish("/a", answer))
    assert type(raised.value) is error
    assert told in str(raised.value)
    assert len(server.asked) == 3


def test_a_server_that_says_nothing_is_not_waited_for(server: Publisher, clock: MadeClock) -> None:
    def silent(_: BaseHTTPRequestHandler) -> None:
        server.leaving.wait(30)

    address = server.publish("/a", silent)
    with (
        publisher.fetcher_at(clock, replace(MANNERS, read_s=0.05)) as fetcher,
        pytest.raises(UnavailableError, match="no answer in time; tried 3 times"),
    ):
        fetcher.get(address)


HINT = b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
DRIPPED = {
    "headers": (b"HTTP/1.1 200 OK\r\nX-A: ", b"a", 0.02),
    "early hints": (b"", HINT, 0.02),
    "early hints without a pause": (b"", HINT * 100, 0.0),
    "chunk extension": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"a", 0.02),
    "trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: ", b"a", 0.02),
    "content": (b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n", b" ", 0.02),
}


@pytest.mark.parametrize(("begin", "piece", "pause_s"), DRIPPED.values(), ids=DRIPPED)
def test_a_server_that_drips_is_given_up(
    server: Publisher, clock: MadeClock, begin: bytes, piece: bytes, pause_s: float
) -> None:
    """Each piece comes in time, and the whole never: whatever of an answer it is."""

    def dripping(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(begin)
        while not server.leaving.wait(pause_s):
            handler.wfile.write(piece)

    with (
        publisher.fetcher_at(clock, replace(MANNERS, read_s=5.0, whole_s=0.3)) as fetcher,
        pytest.raises(UnavailableError, match="not whole after 0 s"),
    ):
        fetcher.get(server.publish("/a", dripping))
    assert len(server.asked) == 1


BUSY = file(b'{"error": {"code": 429, "message": "Too many requests"}}')


def test_too_many_requests_may_be_said_inside_an_answer(
    server: Publisher, fetcher: Fetcher, clock: MadeClock
) -> None:
    address = server.publish("/a", BUSY, file(JSON))
    assert fetcher.get(address).data == JSON
    assert clock.waits_s == [1.0]
    with pytest.raises(UnavailableError, match="the server answers 429; tried 3 times"):
        fetcher.get(server.publish("/b", BUSY))


def test_an_etag_that_cannot_be_sent_is_not(server: Publisher, fetcher: Fetcher) -> None:
    """Some servers send one that is not ASCII, and it is kept with the file."""
    address = server.publish("/a", file(JSON, ETag='"\xe4"'))
    got = fetcher.get(address)
    assert got is not None
    again = fetcher.get(address, known=got)
    assert again is not None
    assert server.asked[1][1]["If-None-Match"] is None


def test_a_server_that_is_not_there(fetcher: Fetcher) -> None:
    with publisher.published() as gone:
        address = gone.address
    with pytest.raises(UnavailableError, match="cannot be reached"):
        fetcher.get(f"{address}/a")


@pytest.mark.parametrize(
    "address",
    [
        "http://deepstatemap.live/api",
        "http://localhost/",
        "http://127.0.0.1.example.org/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "https://",
        "https://user:word@example.org/",
        "https://[::1",
        "https://example.org:a/",
        "example.org",
        "",
    ],
)
def test_an_address_that_may_not_be_asked(fetcher: Fetcher, address: str) -> None:
    with pytest.raises(InputError, match=r"^address "):
        fetcher.get(address)


def test_addresses_that_may() -> None:
    for address in ("https://example.org/a", "http://127.0.0.1:8000/a"):
        check_address(address)


def test_the_manners_of_every_day_are_polite() -> None:
    manners = Manners()
    assert manners.pause_s >= 1
    assert manners.tries <= 5
    assert manners.limit_bytes <= 2**26
    assert timedelta(seconds=manners.longest_wait_s) <= timedelta(minutes=5)
