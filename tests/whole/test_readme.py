"""The README's tour works, line by line, against a server started as the README says."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.process import serving

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
END = "--- end of command ---"


@dataclass(frozen=True)
class Step:
    """A command of the tour, and what it prints; `...` stands for anything."""

    command: str
    output: str


def steps(text: str) -> list[Step]:
    """The commands (`$`, continued by `>`) and outputs of all console blocks."""
    found: list[Step] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            command = [lines[0], *(line[2:] for line in lines[1:] if line.startswith("> "))]
            output = [line for line in lines[1:] if not line.startswith("> ")]
            found.append(Step("\n".join(command), "\n".join(output)))
    return found


def fits(expected: str, printed: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in expected.split("..."))
    return re.fullmatch(pattern, printed, re.DOTALL) is not None


def test_the_tour_has_all_it_promises() -> None:
    told = " ".join(step.command for step in steps(README))
    for word in ("publish", "cancel", "submit", "presign", "PUT", "confirm", "attach", "invoice/url"):
        assert word in told


def test_every_line_of_the_tour_works(tmp_path: Path) -> None:
    tour = steps(README)
    with serving(tmp_path) as origin:
        script = "".join(f"{step.command}\necho '{END}'\n" for step in tour)
        script = script.replace("http://127.0.0.1:8080", origin)
        script = script.replace(".venv/bin/mock-server", str(Path(sys.executable).parent / "mock-server"))
        script = script.replace("python3", sys.executable)
        run = subprocess.run(["bash", "-s"], input=script, cwd=ROOT, capture_output=True, text=True, timeout=120)

    printed = [part.strip("\n") for part in run.stdout.split(END)[:-1]]
    assert len(printed) == len(tour), run.stderr
    for step, output in zip(tour, printed, strict=True):
        assert fits(step.output, output), f"{step.command}\nexpected: {step.output}\nprinted:  {output}\n{run.stderr}"


def test_the_test_in_the_readme_passes(tmp_path: Path) -> None:
    (code,) = [block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "invoice_mock" in block]
    (tmp_path / "test_readme_example.py").write_text(code)

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=tmp_path, capture_output=True, text=True
    )

    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_what_the_readme_links_to_is_there(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_readme_names_every_option_of_serve() -> None:
    from mock_server.cli.commands.serve import command

    for option in command.params:
        names = [*option.opts, *option.secondary_opts]
        assert any(f"`{name}" in README or f"{name}`" in README for name in names), names
