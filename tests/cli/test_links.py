"""Places are links on a screen that knows them, and in Markdown and HTML; nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planshift.cli import main

AT = ("--at", "2026-03-11T10:00")
DECIDE = ("decide", "shop", "anna", "--to", "silver", *AT)
LINK = "\x1b]8;"


@pytest.fixture
def terminal(shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a command writes to a terminal, with everything that steers it."""
    assert shop.is_dir()
    for name, value in (("FORCE_COLOR", "1"), ("TERM", "xterm-256color"), ("COLUMNS", "80")):
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> str:
        main(arguments)
        return capsys.readouterr().out

    return run


def test_a_terminal_gets_links_to_the_files(terminal: Callable[..., str], shop: Path) -> None:
    told = terminal(*DECIDE)
    assert f"file://{shop.as_posix()}/policy.yaml" in told
    assert told.count(LINK) % 2 == 0  # each link is closed again


def test_a_terminal_links_to_where_it_is_told(terminal: Callable[..., str], shop: Path) -> None:
    told = terminal(*DECIDE, "--link-to", "vscode://file{path}:{line}:{column}")
    assert f"vscode://file{shop.as_posix()}/policy.yaml:19:" in told
    assert "file:///" not in told


def test_a_pipe_gets_none(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shop.is_dir()
    main((*DECIDE, "--link-to", "https://code.example.com/{file}#L{line}"))
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "https" not in told


@pytest.mark.parametrize("command", ["decide", "explain"])
@pytest.mark.parametrize("form", ["markdown", "html"])
def test_other_formats_link_into_a_code_host(
    command: str, form: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pattern = "https://code.example.com/policies/blob/main/{file}#L{line}"
    asked = (command, str(shop.resolve()), *DECIDE[2:], "--format", form, "--link-to", pattern)
    assert main(asked) == 0
    assert "https://code.example.com/policies/blob/main/shop/policy.yaml#L19" in capsys.readouterr().out


@pytest.mark.parametrize(
    "pattern, told",
    [
        ("https://code.example.com/{fil}", "There is no {fil} in a link"),
        ("https://code.example.com/", "The link names no file"),
    ],
)
def test_a_pattern_with_a_mistake_is_wrong_usage(
    pattern: str, told: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shop.is_dir()
    assert main((*DECIDE, "--link-to", pattern)) == 2
    assert told in capsys.readouterr().err
