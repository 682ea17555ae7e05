"""Connexion is imported without the HTTP clients it brings for others, and nobody can tell."""

from __future__ import annotations

import subprocess
import sys


def run(program: str) -> str:
    """In a process of its own: here all of it has been imported long ago."""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    ).stdout


def test_the_server_is_imported_without_http_clients() -> None:
    program = "import mock_server.wiring, sys; print(sorted({'httpx', 'requests', 'urllib3'} & set(sys.modules)))"

    assert run(program).strip() == "[]"


def test_what_connexion_was_kept_from_is_there_for_everybody_else() -> None:
    program = """
import mock_server.http.connexion_parts
import httpx, requests, starlette.testclient
print(requests.Session.__name__, httpx.Client.__name__, starlette.testclient.TestClient.__name__)
"""
    assert run(program).strip() == "Session Client TestClient"


def test_what_connexion_itself_calls_is_the_real_thing() -> None:
    program = """
import mock_server.http.connexion_parts
import connexion
client = connexion.AsyncApp("app").test_client()
from connexion.json_schema import URLHandler
try:
    URLHandler()("http://127.0.0.1:1/")
except OSError as error:
    print(type(client).__name__, type(error).__module__)
"""
    assert run(program).strip() == "TestClient requests.exceptions"


def test_modules_that_are_there_already_stay_the_same() -> None:
    program = """
import requests, connexion.json_schema
import mock_server.http.connexion_parts
print(connexion.json_schema.requests is requests, sys.modules["requests"] is requests)
"""
    assert run("import sys\n" + program).strip() == "True True"
