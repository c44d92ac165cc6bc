"""`planshift graph`: the ladder of plans as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.exits import Exit
from planshift.cli.inputs import BookArgument, open_book
from planshift.cli.printing import complain, say


@answering
def graph(
    book: BookArgument,
    /,
    *,
    format: Annotated[  # noqa: A002  # the option's name
        Literal["svg", "mermaid", "dot"], Parameter(help="A picture (the default), or the text of a diagram.")
    ] = "svg",
    out: Annotated[Path | None, Parameter(help="The file to write. Without it, it is printed.", metavar="FILE")] = None,
) -> Exit:
    """Draw which plan leads to which, and on what terms."""
    from planshift.decision.graph_chart import chart_of
    from planshift.decision.graph_roads import road_map
    from planshift.decision.graph_svg import to_svg
    from planshift.decision.graph_text import to_dot, to_mermaid

    draw = {"svg": to_svg, "mermaid": to_mermaid, "dot": to_dot}[format]
    text = draw(chart_of(road_map(open_book(book).rulebook)))
    if out is None:
        say(text.removesuffix("\n"))
        return Exit.YES
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        complain(f"{out} cannot be written: {error.strerror or error}")
        return Exit.USAGE
    return Exit.YES
