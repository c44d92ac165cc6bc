"""Whole sessions of carrying changes out, as one sees them: `pytest tests/cli --record` rewrites them, for review."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("golden")
AT = "--at 2026-03-11T10:00"
LATER = "--at 2026-03-12T09:00"

SESSIONS = {
    "carry-upgrade": (
        f"planshift apply shop anna --to silver --order up-1 {AT}",
        "planshift orders",
        f"planshift event anna payment.received --amount '21.77 EUR' --source pay-1 {LATER}",
        f"planshift event anna payment.received --amount '21.77 EUR' --source pay-1 {LATER}",
        f"planshift order show up-1 {LATER}",
        f"planshift doctor {LATER}",
        f"planshift apply shop anna --to gold --order up-2 {LATER}",
    ),
    "carry-dry-run": (
        f"planshift apply shop anna --to silver --order up-1 --dry-run {AT}",
        "planshift orders",
    ),
    "carry-denied": (f"planshift apply shop carla --to silver {AT}",),
    "carry-scheduled": (
        f"planshift apply shop bo --to bronze --end blog shop --add extra-disk --order down-1 {AT}",
        f"planshift cancel bo --by customer --why 'stays after all' {LATER}",
        f"planshift cancel down-1 {LATER}",
        f"planshift apply shop bo --to bronze --end blog shop --add extra-disk --order down-2 {LATER}",
        "planshift worker --once --at 2026-03-27",
        "planshift cancel down-2 --at 2026-03-27",
        "planshift worker --once --at 2026-04-01",
        "planshift orders --subscription bo",
        "planshift order show down-2 --at 2026-04-02",
        "planshift doctor --at 2026-04-02",
    ),
    "carry-plan": (
        f"planshift decide shop anna --to silver --plan --format json {AT}",
        f"planshift apply shop anna --plan agreed.json {LATER}",
        "planshift orders",
        "planshift apply shop anna --plan agreed.json --dry-run --at 2026-03-11T15:00",
        "planshift apply shop anna --plan agreed.json --order up-1 --at 2026-03-11T15:00",
        "planshift apply shop anna --plan agreed.json --order up-1 --at 2026-03-11T15:00",
        "planshift account anna",
    ),
    "carry-renewal": (
        "planshift renew shop anna --dry-run --at 2026-03-11",
        "planshift renew shop anna --at 2026-03-11",
        "planshift renew shop anna --at 2026-03-28",
        "planshift renew shop anna --at 2026-03-28",
        "planshift renew shop ivan --at 2026-03-12",
        "planshift renew shop --dry-run --at 2026-04-27",
        "planshift renew shop --at 2026-04-27",
        "planshift renew shop --at 2026-04-27 --until 2026-06-01",
        "planshift account anna",
        "planshift doctor --at 2026-04-27",
    ),
    "carry-json": (
        f"planshift apply shop anna --to silver --order up-1 --format json {AT}",
        "planshift orders --format json",
        f"planshift event anna rating.completed --source r-1 --format json {LATER}",
        f"planshift doctor --format json {LATER}",
    ),
    "carry-customer": (
        "planshift renew shop carla --at 2026-03-28",
        f"planshift apply shop anna --to silver --order up-2 {AT}",
        f"planshift apply shop second.yaml --to gold --order up-3 {AT}",
        "planshift account c-1",
        "planshift account carla --customer",
        "planshift account c-1 --format json",
        "planshift account nobody",
        "planshift account anna --customer",
    ),
    "carry-invoice-run": (
        f"planshift apply shop anna --to silver --order up-2 {AT}",
        f"planshift apply shop second.yaml --to gold --order up-3 {AT}",
        "planshift account anna",
        f"planshift worker --once {AT}",
        "planshift account c-1",
        f"planshift event anna-2 payment.received --amount '30.00 EUR' --invoice c-1/1 --source pay-1 {LATER}",
        f"planshift event anna-2 payment.received --amount '40.64 EUR' --invoice c-1/1 --source pay-2 {LATER}",
        "planshift account anna-2",
        f"planshift doctor {LATER}",
    ),
    "carry-wrong": (
        "planshift order show up-1",
        f"planshift apply shop anna --to silver --order up-1 {AT}",
        "planshift order show up-2",
        f"planshift apply shop bo --to gold --order up-1 {AT}",
        f"planshift event anna payment.received {LATER}",
        f"planshift event anna payment.received --amount 21,77 {LATER}",
        f"planshift event anna payment.received --amount '5.00 USD' --source p {LATER}",
        f"planshift order resume up-1 --by lena {LATER}",
        "planshift orders --store nowhere://x",
        "planshift orders --state aplied",
    ),
}


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session(name: str, shop: Path, session: Callable[[str], str], golden: Callable[[Path, str], None]) -> None:
    second = shop.joinpath("subscriptions", "anna.yaml").read_text(encoding="utf-8").replace("id: anna", "id: anna-2")
    shop.with_name("second.yaml").write_text(second, encoding="utf-8")
    if name == "carry-invoice-run":
        policy = shop / "policy.yaml"
        left_to_it = policy.read_text(encoding="utf-8").replace("collect: now", "collect: invoice_run")
        policy.write_text(left_to_it, encoding="utf-8")
    told = []
    for line in SESSIONS[name]:
        seen = session(line)
        if "--plan --format json" in line:  # what is agreed on is kept, as a shell would by `>`
            shop.with_name("agreed.json").write_text("\n".join(seen.splitlines()[1:-1]), encoding="utf-8")
        else:
            told.append(seen)
    golden(GOLDEN / f"{name}.txt", "\n".join(told))


def test_a_dry_run_shows_the_plan_that_is_carried_out(shop: Path, session: Callable[[str], str]) -> None:
    command = f"planshift apply shop anna --to silver --order up-1 {AT} --format json"
    shown = session(f"{command} --dry-run")
    assert not shop.with_name("planshift.db").exists()
    assert '"key": "up-1:' in shown
