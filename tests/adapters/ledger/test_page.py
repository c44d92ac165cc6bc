"""The page about the ledger names every account and every action."""

from __future__ import annotations

from pathlib import Path

import pytest

from planshift.actions.action import KINDS
from planshift.adapters.ledger.chart import CHART, Account

PAGE = (Path(__file__).parents[3] / "docs" / "explanation" / "ledger.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("account", CHART, ids=lambda each: each.id)
def test_the_page_tells_what_stands_on_an_account(account: Account) -> None:
    assert f"| {account.title} (`{account.id}`) | {account.type} | {account.holds} |" in PAGE


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_tells_what_an_action_does(kind: str) -> None:
    assert f"`{kind}`" in PAGE
