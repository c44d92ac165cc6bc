"""What a person sees of an order that went wrong, and does about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("golden")
AT = "--at 2026-03-11T10:00"
LATER = "--at 2026-03-12T09:00"

ADAPTERS = """\
adapters: 1
modules: { panel: door }
webhook:
  door: { url: "http://127.0.0.1:9/hooks", secret_from: HOOK_SECRET, timeout: 2 }
"""
"""Nobody listens there."""


@pytest.fixture
def closed_door(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.joinpath("adapters.yaml").write_text(ADAPTERS, encoding="utf-8")
    monkeypatch.setenv("HOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


SESSIONS = {
    "stuck-resolved": (
        f"planshift apply shop anna --to silver --order up-1 {AT}",
        "planshift worker --at 2026-03-11T12:00Z",
        "planshift orders",
        f"planshift order resolve up-1 9 done --by lena {LATER}",
        f"planshift order resolve up-1 3 done --by lena --why 'changed it in the panel' {LATER}",
        f"planshift order resume up-1 --by lena {LATER}",
    ),
    "stuck-given-up": (
        f"planshift apply shop anna --to silver --order up-1 {AT}",
        f"planshift order resume up-1 --by lena {LATER}",
        f"planshift order resolve up-1 3 give-up --by lena --why 'the panel is gone' {LATER}",
        "planshift account anna",
        f"planshift doctor {LATER}",
    ),
}


@pytest.mark.usefixtures("closed_door")
@pytest.mark.parametrize("name", SESSIONS)
def test_an_order_that_went_wrong(
    name: str, session: Callable[[str], str], golden: Callable[[Path, str], None]
) -> None:
    golden(GOLDEN / f"{name}.txt", "\n".join(session(line) for line in SESSIONS[name]))


@pytest.mark.usefixtures("closed_door")
def test_without_its_secret_nothing_is_begun(
    shop: Path,
    session: Callable[[str], str],
    golden: Callable[[Path, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HOOK_SECRET")
    golden(GOLDEN / "stuck-no-secret.txt", session(f"planshift apply shop anna --to silver {AT}"))
    assert not shop.with_name("planshift.db").exists()


ALSO = """\
adapters: 1
also: { door: [applied, failed], out: [all] }
webhook: { door: { url: "http://127.0.0.1:9/hooks", secret_from: HOOK_SECRET, timeout: 2 } }
file: { out: { folder: told } }
"""

LISTENING = (
    f"planshift apply shop anna --to silver --order up-1 {AT}",
    f"planshift doctor --offline {LATER}",
    "planshift worker --at 2026-03-11T12:00Z",
    f"planshift doctor --forget door {LATER}",
    f"planshift doctor --forget door {LATER}",
)


@pytest.mark.usefixtures("closed_door")
def test_those_who_listen_hold_nothing_up(
    shop: Path, session: Callable[[str], str], golden: Callable[[Path, str], None]
) -> None:
    shop.joinpath("adapters.yaml").write_text(ALSO, encoding="utf-8")
    golden(GOLDEN / "stuck-listeners.txt", "\n".join(session(line) for line in LISTENING))
    told = shop.joinpath("told", "up-1.news.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["event"] for line in told.splitlines()] == ["placed", "applied"]


OUTSIDE = """\
adapters: 1
billing: out
notices: mail
modules: { panel: door }
rest: ledger
file: { out: { folder: steps } }
email: { mail: { host: 127.0.0.1, port: 9, security: none, sender: billing@example.com, timeout: 2 } }
webhook: { door: { url: "http://127.0.0.1:9/hooks", secret_from: HOOK_SECRET } }
"""


@pytest.mark.usefixtures("closed_door")
def test_the_doctor_looks_at_the_systems_outside(
    shop: Path, session: Callable[[str], str], golden: Callable[[Path, str], None]
) -> None:
    session(f"planshift apply shop anna --to silver --order up-1 {AT}")
    shop.joinpath("adapters.yaml").write_text(OUTSIDE, encoding="utf-8")
    told = (session(f"planshift doctor {LATER}{more}") for more in ("", " --format json", " --offline"))
    golden(GOLDEN / "doctor-outside.txt", "\n".join(told))


@pytest.mark.usefixtures("closed_door")
def test_a_slip_in_the_choice_of_adapters_leaves_nothing_behind(
    shop: Path, session: Callable[[str], str], golden: Callable[[Path, str], None]
) -> None:
    shop.joinpath("adapters.yaml").write_text(ADAPTERS.replace("secret_from", "secret_form"), encoding="utf-8")
    golden(GOLDEN / "stuck-wrong-adapters.txt", session(f"planshift apply shop anna --to silver {AT}"))
    assert not shop.with_name("planshift.db").exists()
    assert "[--fix]" in session("planshift check shop")
