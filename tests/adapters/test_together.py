"""One order through several adapters, as `adapters.yaml` chooses them: a panel, a mail server, and the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from planshift.adapters.desk import open_desk
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Answer, Customer
from planshift.billing.zones import parse_instant
from planshift.book import load
from tests.actions.shop import BRONZE, CATALOG, POLICY, TODAY
from tests.adapters.stand_ins.mail import HOST, MailStandIn
from tests.adapters.stand_ins.whm import TOKEN, Hosted, Whm

FACTS = """
facts:
  customer:
    type: object
    properties:
      email: { type: string, default: "" }
      language: { type: string, default: en }
"""
ADAPTERS = """
adapters: 1
modules: {{ cpanel: panel }}
notices: mail
whm:
  panel: {{ url: "{panel}", token_from: WHM_TOKEN, account: answer hosting.username }}
email:
  mail:
    host: {host}
    port: {port}
    security: none
    sender: billing@example.com
    locale: fact language
"""
ANNA = replace(
    BRONZE,
    customer=Customer(id="anna", facts=(("email", "anna@example.com"), ("language", "de"))),
    answers=(*BRONZE.answers, Answer(service="hosting", question="username", value="anna1")),
)


def test_an_order_goes_through_everybody_whom_the_file_chooses(tmp_path: Path) -> None:
    policy = POLICY.format(terms="notify: client") + FACTS
    files = {
        "policy.yaml": policy,
        "catalog.yaml": CATALOG.replace("questions: [domain]", "questions: [domain, username]"),
    }
    for name, text in files.items():
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")
    accounts = {"anna1": Hosted(domain="anna.example.com", plan="bronze")}
    book = load(tmp_path)
    at = parse_instant(TODAY, book.zone)
    with Whm(accounts, packages=frozenset({"bronze", "silver"})) as panel, MailStandIn() as mail:
        file = tmp_path / "adapters.yaml"
        file.write_text(ADAPTERS.format(panel=panel.address, host=HOST, port=mail.port), encoding="utf-8")
        panel.fault = mail.fault = "answer_lost"
        store = f"sqlite:///{tmp_path / 'planshift.db'}"
        with open_desk(store, adapters=file, environment={"WHM_TOKEN": TOKEN}) as desk:
            order = desk.apply(book, book.decide(ANNA, ChangeRequest(at=at, plan="silver", price="monthly")))
            assert order.open
            for later in (1, 2, 3):
                desk.work(at=at + later * 86_400)
            done, after = desk.order(order.id), desk.subscription(ANNA.id)
        assert done.state == "applied", [(each.step.id, each.state, each.fault) for each in done.steps]
        assert panel.accounts["anna1"].plan == "silver"
        assert panel.made == ["changepackage"]
        (received,) = mail.read.values()
        assert received.recipients == ("anna@example.com",)
        assert received.mail["Subject"]
        body = received.mail.get_body(("plain",))
        assert body is not None
        assert body.get_content().startswith("Guten Tag,")
    assert after is not None
    assert (after.plan, after.price) == ("silver", "monthly")
