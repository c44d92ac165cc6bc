"""What `doctor` finds at the other sides: those that are not there, do not agree, or take too long."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from planshift.adapters.email.server import MailServer
from planshift.adapters.file import FileAdapter
from planshift.adapters.finding import Place
from planshift.adapters.killbill.adapter import open_killbill
from planshift.adapters.killbill.settings import KillBillSettings
from planshift.adapters.reaching import look_at
from planshift.adapters.stripe.adapter import open_stripe
from planshift.adapters.stripe.settings import StripeSettings
from planshift.adapters.whm import WhmAdapter
from planshift.execution.ports import Adapter, Reached
from tests.adapters.stand_ins.mail import HOST, MailStandIn
from tests.adapters.stand_ins.whm import TOKEN, Whm
from tests.adapters.test_email import adapter_of

NOBODY = "http://127.0.0.1:9"
PLACE = FileAdapter(name="files", folder=Path("steps"))


def whm(url: str, *, token: str = TOKEN) -> WhmAdapter:
    account = Place(holder="answer", name="hosting.username")
    return WhmAdapter(name="panel", url=url, user="root", token=token, account=account)


ABSENT: dict[str, tuple[Adapter, str]] = {
    "whm": (whm(NOBODY), "it cannot be reached (ConnectError)"),
    "stripe": (open_stripe(StripeSettings(prices={}, address=NOBODY), key="sk_test_x"), "Stripe cannot be reached"),
    "killbill": (
        open_killbill(KillBillSettings(url=NOBODY, user="u", password="p", api_key="k", api_secret="s", plans={})),  # noqa: S106  # opens nothing
        "it cannot be reached (ConnectError)",
    ),
}


@pytest.mark.parametrize("name", ABSENT)
def test_who_is_not_there_is_told_without_an_address(name: str) -> None:
    adapter, why = ABSENT[name]
    (found,) = look_at([adapter]).values()
    assert found == Reached(how=why, well=False)


def test_a_wrong_token_is_told() -> None:
    with Whm({}, packages=frozenset()) as panel:
        (wrong,) = look_at([whm(panel.address, token="wrong")]).values()  # noqa: S106  # opens nothing
        (right,) = look_at([whm(panel.address)]).values()
    assert (wrong.well, "403" in wrong.how) == (False, True)
    assert right == Reached(how="WHM 11.126.0.9 answers", well=True)


def test_a_mail_server_is_greeted_and_gets_no_mail() -> None:
    with MailStandIn() as side:
        adapter = adapter_of(side)
        (found,) = look_at([adapter]).values()
        wrong = replace(adapter, server=replace(adapter.server, password="wrong", user="planshift"))  # noqa: S106  # as above
        (refused,) = look_at([wrong]).values()
        assert side.received == []
    assert found.well
    assert refused.well is False
    (absent,) = look_at([replace(adapter, server=MailServer(host=HOST, port=9, security="none", timeout=2))]).values()
    assert absent == Reached(how="the mail server cannot be reached (ConnectionRefusedError)", well=False)


def test_a_folder_is_looked_at(tmp_path: Path) -> None:
    (fresh,) = look_at([replace(PLACE, folder=tmp_path / "steps")]).values()
    assert fresh.well
    assert not tmp_path.joinpath("steps").exists()
    tmp_path.joinpath("steps").write_text("a file", encoding="utf-8")
    (taken,) = look_at([replace(PLACE, folder=tmp_path / "steps")]).values()
    assert taken.well is False


@dataclass(frozen=True, kw_only=True)
class Blind:
    """An adapter that cannot look."""

    name: str
    kinds: frozenset[str] = frozenset()

    def perform(self, _: object) -> Reached:
        raise NotImplementedError

    def ask(self, _: object) -> None:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Looking(Blind):
    """An adapter that looks in a way that a test says."""

    look: Callable[[], Reached]

    def reachable(self) -> Reached:
        return self.look()


def raising() -> Reached:
    raise ValueError("a secret")


def slow() -> Reached:
    time.sleep(3)
    return Reached(how="late", well=True)


def test_one_that_raises_or_takes_too_long_keeps_nobody_else_waiting() -> None:
    there = Looking(look=lambda: Reached(how="there", well=True), name="there")
    cannot = Blind(name="blind")
    adapters = [Looking(look=slow, name="slow"), Looking(look=raising, name="raises"), there, cannot]
    assert look_at(adapters, within=1) == {  # type: ignore[arg-type]  # no step is done
        "slow": Reached(how="no answer came within 1 seconds", well=False),
        "raises": Reached(how="looking raised ValueError", well=False),
        "there": Reached(how="there", well=True),
    }
