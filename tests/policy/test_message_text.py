"""Texts of messages: holes, plural forms, and what is wrong with one."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.policy.locales import chain, is_known, money_text, normal, plural_form, plural_forms
from planshift.policy.message_text import Count, Hole, Plural, check_template, holes_of, parse_template
from planshift.policy.mistakes import Mistakes

HOLES = {"on": "date", "n": "number", "plan": "text"}


def flaw(text: str, *, forms: tuple[str, ...] = ("one", "other")) -> tuple[str, str]:
    """The code and the message of the first mistake in a text."""
    try:
        found = [m for each in check_template(parse_template(text), HOLES, forms=forms) for m in each.mistakes]
    except Mistakes as error:
        found = list(error.mistakes)
    assert found, text
    return found[0].code, found[0].message


def test_a_text_has_words_holes_and_plurals() -> None:
    assert parse_template("On {on, full}: {n, plural, =0 {none} one {# day on {plan}} other {# days}}.") == (
        "On ",
        Hole(name="on", style="full"),
        ": ",
        Plural(
            name="n",
            forms=(
                ("=0", ("none",)),
                ("one", (Count(), " day on ", Hole(name="plan"))),
                ("other", (Count(), " days")),
            ),
        ),
        ".",
    )


def test_a_hash_is_a_hash_outside_of_plurals() -> None:
    assert parse_template("#1") == ("#1",)


def test_blanks_in_holes_do_not_count() -> None:
    assert parse_template("{ plan }{ on ,short }") == (Hole(name="plan"), Hole(name="on", style="short"))


@pytest.mark.parametrize(
    "text, code, told",
    [
        ("{onn}", "PS801", "there is no `{onn}` in this text"),
        ("{on", "PS801", "neither a hole nor a plural"),
        ("{}", "PS801", "neither a hole nor a plural"),
        ("a } b", "PS801", "a `}` that closes nothing"),
        ("{on, lang}", "PS801", "`lang` is not possible behind `on`"),
        ("{plan, full}", "PS801", "`plan` is no date"),
        ("{plan, plural, one {#} other {#}}", "PS801", "`plan` is no number"),
        ("{n, plural, one {# {onn}} other {#}}", "PS801", "there is no `{onn}`"),
        ("{n, plural, one {#} other {#}", "PS801", "a `{` that is never closed"),
        ("{n, plural, one {#} other #}", "PS801", "neither a hole nor a plural"),
        ("{n, plural, " * 6 + "one {x}", "PS801", "neither a hole nor a plural"),
        ("{n, plural, one {#}}", "PS802", "the plural form `other` of this language is missing"),
        ("{n, plural, other {#}}", "PS802", "the plural form `one` of this language is missing"),
        ("{n, plural, ones {#} other {#}}", "PS802", "`ones` is not a plural form"),
        ("{n, plural, one {#} one {#} other {#}}", "PS802", "given twice"),
        ("<b>now</b>", "PS803", "`<b>` is markup"),
        ("now&nbsp;then", "PS803", "`&nbsp;` is markup"),
        ("<!-- x -->", "PS803", "is markup"),
    ],
)
def test_what_is_wrong_with_a_text(text: str, code: str, told: str) -> None:
    found = flaw(text)
    assert found[0] == code
    assert told in found[1]


def test_signs_that_are_no_markup_are_words() -> None:
    assert parse_template("a < b & c > d, 5 <6") == ("a < b & c > d, 5 <6",)


def test_plurals_in_plurals_have_an_end() -> None:
    deep = "{n, plural, other {" * 6 + "x" + "}}" * 6
    assert flaw(deep)[1] == "plurals stand too deep in each other"


@given(st.text(alphabet=st.characters(exclude_characters="{}<&"), min_size=1, max_size=60))
def test_a_text_without_braces_is_itself(text: str) -> None:
    assert parse_template(text) == (text,)


@given(st.text(alphabet="{}, plurawn#one=0 ther", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Mistakes):
        assert all(isinstance(part, Hole | Plural) for part in holes_of(parse_template(text)))


def test_locales_fall_back_to_their_language() -> None:
    assert chain("zh-Hant-TW") == ("zh-Hant-TW", "zh-Hant", "zh")
    assert [normal(name) for name in ("de_at", "DE", "zh_hant_tw")] == ["de-AT", "de", "zh-Hant-TW"]
    assert [name for name in ("de", "de-AT", "de-US", "xx", "german", "en-GB") if is_known(name)] == [
        "de", "de-AT", "de-US", "en-GB"
    ]  # fmt: skip  # one line reads better


def test_languages_count_as_they_do() -> None:
    assert plural_forms("de") == {"one", "other"}
    assert plural_forms("pl") == {"one", "few", "many"}
    assert plural_forms("ja") == {"other"}
    assert [plural_form(number, locale="pl") for number in (1, 3, 5)] == ["one", "few", "many"]


@pytest.mark.parametrize(
    "minor, currency, decimals, locale, told",
    [
        (123450, "EUR", 2, "de", "1.234,50\xa0€"),
        (-610, "EUR", 2, "sv", "-6,10\xa0€"),
        (123450, "EUR", 2, "fr", "1\u202f234,50\xa0€"),
        (1300, "JPY", 0, "en", "¥1,300"),
        (1_234_567, "KWD", 3, "de", "1.234,567\xa0KWD"),
        (5, "MGA", 2, "en", "MGA0.05"),  # the locale data give this one no decimals
        (100, "IQD", 3, "en", "IQD0.100"),  # nor this one
        (7, "EUR", 0, "en", "€7"),  # a book may have its own
        (10**30, "JPY", 0, "en", "¥" + ",".join(["1", *["000"] * 10])),
    ],
)
def test_amounts_have_the_decimals_of_the_book(
    minor: int, currency: str, decimals: int, locale: str, told: str
) -> None:
    assert money_text(minor, currency, decimals=decimals, locale=locale) == told
