"""The wheel carries all it needs: installed outside the repository, it serves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]


def test_the_wheel_serves_outside_the_repository(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    built = tmp_path / "built"
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(built), str(ROOT)], check=True
    )
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"openapi/invoices.yaml", "openapi/fixtures/seeds/demo.yaml", "openapi/schemathesis.toml"} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "fixtures/"))]
    installed = tmp_path / "installed"
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", str(installed), str(wheel)], check=True)

    script = (
        "import openapi, mock_server, sys; from mock_server.cli.main import main; "
        "assert openapi.__file__.startswith(sys.argv[1]) and mock_server.__file__.startswith(sys.argv[1]); "
        "sys.argv[1:] = ['serve', '--port', '0']; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(installed)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        origin = process.stdout.readline().split()[4]
        with urlopen(f"{origin}/_mock/health") as response:
            assert json.load(response)["status"] == "ok"
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout:
            process.stdout.close()
