"""The terms: each is in the list once, and reads what the list says it can be."""

from __future__ import annotations

import pytest

from planshift.billing.interval import Interval
from planshift.policy.mistakes import Mistakes
from planshift.policy.term_models import TERM_FIELDS, TermsModel, spoken
from planshift.policy.term_values import (
    Choice,
    Fee,
    Frequency,
    Names,
    Notice,
    Notices,
    Requirement,
    Requirements,
    Texts,
    Wait,
)
from planshift.policy.terms import TERM, TERMS, TermDefinition

FREE_TEXTS = {"label", "fee_label", "fee_taxed_as"}

NO_DECIMALS: dict[str, int] = {}


def read(name: str, value: object) -> object:
    return TERM[name].shape.read(value, NO_DECIMALS)


def test_no_term_is_listed_twice() -> None:
    assert len(TERM) == len(TERMS)


def test_the_model_has_every_term_and_no_other() -> None:
    assert set(TERM_FIELDS) == {definition.name.partition(".")[0] for definition in TERMS}


@pytest.mark.parametrize("definition", TERMS, ids=lambda definition: definition.name)
def test_a_term_reads_its_words_and_has_a_meaning(definition: TermDefinition) -> None:
    assert definition.doc.endswith(".")
    for word in definition.shape.words:
        value = definition.shape.read(word, NO_DECIMALS)
        assert value in (Choice(word=word), Names(names=(word,)))
    for counted in definition.shape.counted:
        for number in (counted.lowest, counted.highest):
            value = definition.shape.read(counted.show(number), NO_DECIMALS)
            assert value == Choice(word=counted.word, number=number)
        with pytest.raises(Mistakes):
            definition.shape.read(counted.show(counted.highest + 1), NO_DECIMALS)
    for wrong in (True, [["x"]], {"x": {}}, *(() if definition.name in FREE_TEXTS else ("no such word",))):
        with pytest.raises(Mistakes):
            definition.shape.read(wrong, NO_DECIMALS)


@pytest.mark.parametrize(
    "name, value, meaning",
    [
        ("proration.basis", "fixed 30", Choice(word="fixed", number=30)),
        ("proration.basis", "months of 30", Choice(word="months_of", number=30)),
        ("proration.share_scale", 9, Choice(word="decimals", number=9)),
        ("anchor", "day 15", Choice(word="day", number=15)),
        ("cancellable_until", "3 days before", Choice(word="days_before", number=3)),
        ("extend.period_days", 30, Choice(word="days", number=30)),
        ("fee", "none", Fee()),
        ("fee", "15 EUR", Fee(amounts=(("EUR", 1500),))),
        ("fee", ["15 USD", "14.50 EUR", "1500 JPY"], Fee(amounts=(("EUR", 1450), ("JPY", 1500), ("USD", 1500)))),
        (
            "fee",
            {"percent": "12.5%", "of": "charge_base", "at_least": "1 EUR", "at_most": ["50 EUR", "60 USD"]},
            Fee(ppm=125_000, of="charge_base", at_least=(("EUR", 100),), at_most=(("EUR", 5000), ("USD", 6000))),
        ),
        ("fee", {"percent": "10%"}, Fee(ppm=100_000, of="to.price")),
        ("fee_taxed_as", "migration", Names(names=("migration",))),
        (
            "hold_credit_until",
            ["rating.completed", "job.completed"],
            Names(names=("rating.completed", "job.completed")),
        ),
        ("hold_credit_until", "none", Names()),
        ("frequency", "2 per 30 days", Frequency(changes=2, interval=Interval(days=30))),
        ("frequency", "unlimited", Frequency()),
        ("payment_expires", "14 days", Wait(interval=Interval(days=14))),
        ("payment_expires", "never", Wait()),
        (
            "requires",
            ["nothing_unpaid", "status active", "approval by finance"],
            Requirements(
                items=(
                    Requirement(kind="nothing_unpaid"),
                    Requirement(kind="status", argument="active"),
                    Requirement(kind="approval", argument="finance"),
                )
            ),
        ),
        ("requires", [], Requirements()),
        ("who", "staff", Names(names=("staff",))),
        (
            "notify",
            ["client", "bcc billing@example.com"],
            Notices(items=(Notice(kind="client"), Notice(kind="bcc", argument="billing@example.com"))),
        ),
        ("notify", "nobody", Notices()),
        ("label", {"sv": "Uppgradera", "en": "Upgrade"}, Texts(texts=(("en", "Upgrade"), ("sv", "Uppgradera")))),
        ("label", "Upgrade", Texts(texts=(("", "Upgrade"),))),
    ],
)
def test_values_of_terms(name: str, value: object, meaning: object) -> None:
    assert read(name, value) == meaning


def test_a_book_can_have_decimals_of_its_own() -> None:
    assert TERM["fee"].shape.read("0.1234 USD", {"USD": 4}) == Fee(amounts=(("USD", 1234),))


def test_all_mistakes_of_one_value_are_told_with_their_places() -> None:
    with pytest.raises(Mistakes) as caught:
        read("fee", {"percent": 10, "of": "x", "at_least": ["5 EUR", "5"], "more": 1})
    assert [(mistake.code, mistake.at) for mistake in caught.value.mistakes] == [
        ("PS115", ("percent",)),
        ("PS104", ("of",)),
        ("PS110", ("at_least", 1)),
        ("PS101", ("more",)),
    ]


def test_spoken_terms_come_in_the_order_of_the_list() -> None:
    model = TermsModel.model_validate(
        {"rounding": {"mode": "up"}, "fee": "5 EUR", "timing": "now", "carry": None, "proration": {"unit": "day"}}
    )
    assert [name for name, _ in spoken(model)] == ["timing", "proration.unit", "fee", "rounding.mode"]
