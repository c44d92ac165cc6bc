"""`planshift test --coverage`: what of its book the cases exercise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter, validators

from planshift.cli.formats import TestFormat
from planshift.cli.printing import complain, say
from planshift.cli.sheets import say_as

if TYPE_CHECKING:
    from planshift.cases.coverage import Coverage


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class CoverageOptions:
    """What is to be told about coverage."""

    coverage: Annotated[
        bool, Parameter(help="Also tell which rules, conditions, roads, terms and reasons no case exercises.")
    ] = False
    coverage_html: Annotated[
        Path | None, Parameter(help="The same as a page, with the lines of the policy lit.", metavar="FILE")
    ] = None
    coverage_below: Annotated[
        int | None,
        Parameter(
            help="Fail where the cases exercise less than so many per cent.",
            metavar="PERCENT",
            validator=validators.Number(gte=0, lte=100),
        ),
    ] = None

    @property
    def wanted(self) -> bool:
        """Whether anything of it is asked for."""
        return self.coverage or self.coverage_html is not None or self.coverage_below is not None

    def is_met_by(self, found: Coverage) -> bool:
        """Whether enough is covered."""
        return self.coverage_below is None or found.tally().per_cent >= self.coverage_below


def tell_coverage(found: list[Coverage], options: CoverageOptions, *, form: TestFormat) -> None:
    """Write the page that is asked for, and tell what the cases exercise and what is too little."""
    if options.coverage_html is not None:
        _write(options.coverage_html, found)
    if form == "text":
        from planshift.cases.coverage_report import coverage_sheet

        for each in found:
            say("")
            say_as(coverage_sheet(each), form="text")
    too_little = [
        f"{each.book}: {each.tally().per_cent}% is less than the {options.coverage_below}% asked for"
        for each in found
        if not options.is_met_by(each)
    ]
    if too_little:
        complain("\n".join(too_little))


def _write(path: Path, found: list[Coverage]) -> None:
    from planshift.cases.coverage_html import coverage_page

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(coverage_page(found), encoding="utf-8")
