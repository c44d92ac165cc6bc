"""An endpoint, a mail server and a folder that are told what becomes of orders, as `also:` chooses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planshift.adapters.desk import Desk, open_desk
from planshift.adapters.settings import Surroundings, adapters_of, listeners_of, read_settings
from planshift.adapters.webhook.signing import verify
from planshift.diagnostics.errors import InvalidInput
from planshift.execution.store.news import backlogs
from tests.actions.shop import decide, shop
from tests.adapters.stand_ins.mail import HOST, MailStandIn
from tests.adapters.stand_ins.over_http import Call, Reply, StandIn
from tests.adapters.stand_ins.receiver import SECRET

TERMS = "timing: now, unused_credit: offset"
UP = decide(TERMS)
AT = UP.request.at
ALSO = """
adapters: 1
also: {{ crm: [all], files: [all], team: [applied, stuck] }}
webhook: {{ crm: {{ url: "{url}/orders", secret_from: CRM_SECRET, timeout: 2 }} }}
file: {{ files: {{ folder: told }} }}
email:
  team: {{ host: {host}, port: {port}, security: none, sender: billing@example.com, staff: [team@example.com] }}
"""


class Endpoint(StandIn):
    """Verifies what it is told, and notes it by its id."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str]] = []
        self.data: list[dict[str, object]] = []

    def changes(self, call: Call) -> bool:
        return call.path == "/orders"

    def act(self, call: Call) -> Reply:
        sent = int(call.headers["webhook-timestamp"])
        message = verify(call.body, call.headers, secrets=[SECRET], at=sent)
        self.told.append((message.type, message.id))
        self.data.append(dict(message.data))
        return Reply()


def desk_of(folder: Path, endpoint: Endpoint, mail: MailStandIn) -> Desk:
    file = folder / "adapters.yaml"
    file.write_text(ALSO.format(url=endpoint.address, host=HOST, port=mail.address), encoding="utf-8")
    return open_desk((folder / "orders.db").as_posix(), adapters=file, environment={"CRM_SECRET": SECRET})


def test_everybody_is_told_at_the_end_of_apply(tmp_path: Path) -> None:
    with Endpoint() as endpoint, MailStandIn() as mail, desk_of(tmp_path, endpoint, mail) as desk:
        desk.apply(shop(TERMS), UP, order="up-1")
        assert desk.work(at=AT + 60).orders == 0
    assert [kind for kind, _ in endpoint.told] == ["planshift.order.placed", "planshift.order.applied"]
    placed, applied = endpoint.data
    assert placed["id"] == "up-1:1"
    assert {"order": "up-1", "from_plan": "bronze", "to_plan": "silver", "event": "applied"}.items() <= applied.items()
    lines = [json.loads(line) for line in (tmp_path / "told" / "up-1.news.jsonl").read_text().splitlines()]
    assert [(line["key"], line["event"]) for line in lines] == [(placed["id"], "placed"), (applied["id"], "applied")]
    (received,) = mail.received
    assert received.recipients == ("team@example.com",)
    assert received.mail["Subject"] == "sub-1: upgrade applied [up-1]"
    assert "subscription: sub-1" in received.mail.get_content()


def test_a_lost_answer_is_told_again_under_the_same_id(tmp_path: Path) -> None:
    with Endpoint() as endpoint, MailStandIn() as mail, desk_of(tmp_path, endpoint, mail) as desk:
        endpoint.fault = "answer_lost"
        assert desk.apply(shop(TERMS), UP, order="up-1").state == "applied"  # the change does not wait for a listener
        with desk.store.reading() as connection:
            left = {each.listener: each.orders for each in backlogs(connection)}
        assert left == {"crm": 1, "files": 0, "team": 0}
        desk.work(at=AT + 60)
    first, again, applied = endpoint.told
    assert first == again
    assert applied[0] == "planshift.order.applied"


def test_a_line_is_written_once_however_often_it_is_told(tmp_path: Path) -> None:
    with Endpoint() as endpoint, MailStandIn() as mail, desk_of(tmp_path, endpoint, mail) as desk:
        desk.apply(shop(TERMS), UP, order="up-1")
        (files,) = (each.listener for each in desk.listening if each.listener.name == "files")
        before = (tmp_path / "told" / "up-1.news.jsonl").read_text()
        with desk.store.begin() as connection:
            number = desk.order("up-1").number  # as if nobody had put on record that it was told
            row = f"INSERT INTO order_news VALUES ('files', 'up-1', 0, {number}, 0, 0, 0, '')"  # noqa: S608  # of our own
            connection.exec_driver_sql(row)
        desk.work(at=AT + 60)
        assert files.name == "files"
        assert (tmp_path / "told" / "up-1.news.jsonl").read_text() == before


def test_who_cannot_listen_is_refused_and_what_is_wanted_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "adapters.yaml"
    file.write_text("adapters: 1\nalso: { ledger: [all] }\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="`ledger` cannot be told of orders without doing their steps"):
        read_settings(file)
    file.write_text(ALSO.format(url="https://example.com", host=HOST, port=25), encoding="utf-8")
    document = read_settings(file)
    around = Surroundings(environment={"CRM_SECRET": SECRET}, folder=tmp_path, books=lambda _: None)
    wanted = {each.listener.name: each.events for each in listeners_of(document, adapters_of(document, around))}
    assert wanted["team"] == {"applied", "stuck"}
    assert len(wanted["crm"]) == 7
