"""What the rules of a book made of a change, on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from planshift.cli.exits import Exit
from planshift.cli.printing import complain, say, say_json
from planshift.cli.sheets import SheetFormat, say_as
from planshift.diagnostics.nearest import did_you_mean

if TYPE_CHECKING:
    from planshift.book import Decision


def say_conditions(
    decision: Decision,
    sources: Mapping[str, str],
    *,
    pattern: str | None,
    form: SheetFormat,
    link_to: str | None = None,
) -> Exit:
    """Print the conditions of the rules that were tried, or of those with `pattern` in their titles."""
    from planshift.decision.condition_text import conditions_sheet
    from planshift.decision.condition_values import condition_values
    from planshift.decision.explain_json import plain
    from planshift.decision.words import title_text

    wanted = (pattern or "").casefold()
    found = condition_values(decision, sources, wanted=lambda title: wanted in title.casefold())
    titles = [rule.title for rule in decision.reading.kernel.rules]
    if not found and titles:
        advice = did_you_mean(pattern or "", (*titles, *(word for title in titles for word in title.split())))
        complain(f"no rule has `{pattern}` in its title{f': {advice}' if advice else ''}")
        return Exit.USAGE
    if form == "json":
        say_json({"rules": [plain(each) for each in found]})
    elif found:
        say_as(conditions_sheet(title_text(decision), found), form=form, link_to=link_to)
    else:
        say("The book has no rules for this change.")
    return Exit.YES
