"""The bucket on a real server: memory, clients that go away, processes that die, disks that are full."""

from __future__ import annotations

import http.client
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mock_server.core.objects import OBJECTS, StoredObject
from mock_server.core.records import transact
from mock_server.object_storage.backends import FolderBackend
from mock_server.object_storage.urls import PresignedUrls
from mock_server.storage import open_store
from tests.object_storage.builders import BUCKET, CREDENTIALS, LIFETIME, MAX_BYTES, NAMESPACE, NOW, PDF, REGION, Room

MEBIBYTE = bytes(range(256)) * 4096
ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
URLS = PresignedUrls(credentials=CREDENTIALS, region=REGION)
SERVERS = ["h11", "httptools"]


@dataclass
class Served:
    """A server process and the folder it works in."""

    process: subprocess.Popen[str]
    words: queue.SimpleQueue[str]
    port: int
    folder: Path

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next_word(self) -> str:
        """What the server says next; waits for it."""
        return self.words.get(timeout=PATIENCE_SECONDS)

    def put_target(self, key: str, size: int) -> str:
        url = URLS.put_url(
            self.origin, f"{BUCKET}/{key}", content_type=PDF, size_bytes=size, now=NOW, lifetime=LIFETIME
        )
        return url.removeprefix(self.origin)

    def objects(self) -> Mapping[str, StoredObject]:
        """The records, as another process finds them."""
        store = open_store(f"sqlite:///{self.folder}/state.db", [OBJECTS])
        try:
            return transact(store, NAMESPACE, Room.objects_in, write=False)
        finally:
            store.close()

    def request(
        self, method: str, target: str, body: Iterator[bytes] | None = None, size: int = 0
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Content-Type": PDF, "Content-Length": str(size)} if body is not None else {}
        connection.request(method, target, body=body, headers=headers)
        response = connection.getresponse()
        try:
            return response.status, response.read(), dict(response.getheaders())
        finally:
            connection.close()

    def put(self, key: str, chunks: Sequence[bytes]) -> tuple[int, bytes, dict[str, str]]:
        size = sum(map(len, chunks))
        return self.request("PUT", self.put_target(key, size), iter(chunks), size)

    def begin_put(self, key: str, size: int, sent: bytes) -> socket.socket:
        """Send the head of a PUT and some of its bytes, and leave it at that."""
        target = self.put_target(key, size)
        headers = f"Host: 127.0.0.1:{self.port}\r\nContent-Type: {PDF}\r\nContent-Length: {size}"
        client = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)
        client.sendall(f"PUT {target} HTTP/1.1\r\n{headers}\r\n\r\n".encode() + sent)
        return client


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    started = []

    def start(*options: str) -> Served:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.object_storage.serving", str(tmp_path), *options],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        words: queue.SimpleQueue[str] = queue.SimpleQueue()
        listener = threading.Thread(target=listen, args=(process, words))
        listener.start()
        started.append((process, listener))
        return Served(process, words, int(words.get(timeout=PATIENCE_SECONDS)), tmp_path)

    yield start
    for process, listener in started:
        process.kill()
        process.wait()
        listener.join()


def listen(process: subprocess.Popen[str], words: queue.SimpleQueue[str]) -> None:
    """Pass on what the server says until it ends."""
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            words.put(line.strip())


def files(served: Served) -> list[str]:
    return sorted(path.name for path in (served.folder / "objects").iterdir())


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="measures memory the Linux way")
def test_the_largest_file_takes_little_memory_on_its_way_in_and_out(serve: Serve) -> None:
    served = serve("--quietly")
    served.put("warm", [MEBIBYTE] * 3)
    _, before, _ = served.request("GET", "/memory")
    chunks = [MEBIBYTE] * (MAX_BYTES // len(MEBIBYTE))

    status, _, headers = served.put("large", chunks)
    _, after_put, _ = served.request("GET", "/memory")
    digest = md5(usedforsecurity=False)
    for chunk in chunks:
        digest.update(chunk)
    assert (status, headers["etag"]) == (200, f'"{digest.hexdigest()}"')

    fetched = fetched_md5(served, "large")
    _, after_get, _ = served.request("GET", "/memory")
    assert fetched == digest.hexdigest()

    present = int(before.split()[1])
    growth_kib = [int(after.split()[0]) - present for after in (after_put, after_get)]
    assert max(growth_kib) < 40 * 1024, growth_kib


def fetched_md5(served: Served, key: str) -> str:
    url = URLS.get_url(served.origin, f"{BUCKET}/{key}", content_type=PDF, filename="x", now=NOW, lifetime=LIFETIME)
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE_SECONDS)
    connection.request("GET", url.removeprefix(served.origin))
    response = connection.getresponse()
    digest = md5(usedforsecurity=False)
    while chunk := response.read(len(MEBIBYTE)):
        digest.update(chunk)
    connection.close()
    return digest.hexdigest()


@pytest.mark.parametrize("implementation", SERVERS)
def test_a_client_that_goes_away_leaves_nothing(serve: Serve, implementation: str) -> None:
    served = serve("--http", implementation)
    client = served.begin_put("a", 10 * len(MEBIBYTE), MEBIBYTE * 3)
    assert served.next_word() == "wrote"
    assert len(files(served)) == 1
    client.close()
    while (word := served.next_word()) == "wrote":
        pass
    assert word == "aborted"
    assert files(served) == []
    assert served.objects() == {}
    assert served.put("a", [b"later"])[0] == 200


def test_a_killed_server_leaves_nothing_once_the_folder_is_opened_again(serve: Serve) -> None:
    served = serve()
    served.put("kept", [b"bytes"])
    with served.begin_put("a", 10 * len(MEBIBYTE), MEBIBYTE * 3):
        assert [served.next_word() for _ in range(3)] == ["wrote", "kept", "wrote"]
        served.process.kill()
        served.process.wait()
    assert len(files(served)) == 2
    FolderBackend(served.folder / "objects")
    (stored,) = served.objects().values()
    assert (stored.id, files(served)) == (f"{BUCKET}/kept", [stored.blob])


def test_a_full_disk_is_said_and_nothing_is_kept(serve: Serve) -> None:
    served = serve("--quietly", "--largest-file", str(2 * len(MEBIBYTE)))
    for too_much in ([MEBIBYTE] * 8, [MEBIBYTE, MEBIBYTE, b"!"]):
        status, body, headers = served.put("a", too_much)
        assert (status, headers["x-mock-rule"]) == (500, "UPL-BUCKET-INTERNAL")
        assert b"there is no room" in body
        assert files(served) == []
        assert served.objects() == {}
    assert served.put("a", [MEBIBYTE, MEBIBYTE])[0] == 200


@pytest.mark.parametrize("implementation", SERVERS)
def test_a_client_that_only_sends_first_hears_why_it_was_refused(serve: Serve, implementation: str) -> None:
    served = serve("--quietly", "--http", implementation)
    target = urlsplit(served.put_target("a", 8 * len(MEBIBYTE)))
    status, body, _ = served.request("PUT", f"{target.path}x?{target.query}", iter([MEBIBYTE] * 8), 8 * len(MEBIBYTE))
    assert (status, b"<Code>SignatureDoesNotMatch</Code>" in body) == (403, True)
