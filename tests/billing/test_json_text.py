"""What the quick writer writes is what `json` writes, character for character, and the quick reader reads it."""

from __future__ import annotations

import json

import pytest

from planshift.billing.json_text import compact, parsed

EVERY_CHARACTER = "".join(chr(code) for code in range(0x3000) if not 0xD800 <= code < 0xE000)

SAMPLES: tuple[object, ...] = (
    EVERY_CHARACTER,
    "\N{GRINNING FACE}",
    [2**62, -(2**63), 2**80, 0, True, False, None, "", [], {}],
    {"b": 1, "a": {"ö": [1, (2, "3")]}, "": None},
)


@pytest.mark.parametrize("value", SAMPLES, ids=["characters", "beyond", "numbers", "objects"])
def test_a_text_is_the_one_that_json_writes(value: object) -> None:
    text = compact(value)
    assert text == json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    assert parsed(text) == json.loads(text)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="EOF"):
        parsed('{"a":')
