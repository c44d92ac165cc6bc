"""A chart as Mermaid and as dot, for pages and tools that draw by themselves.

They get an arrow for each road between neighbouring levels, for each that differs from its neighbours, for each path
outside of the groups and for each switch.
"""

from __future__ import annotations

from collections.abc import Iterator

from planshift.decision.graph_chart import Arrow, Box, Chart, Lane

_COLORS = {"upgrade": "#15803d", "downgrade": "#b45309", "crossgrade": "#1d4ed8", "switch": "#7e22ce"}
_GONE = "#94a3b8"


def to_mermaid(chart: Chart) -> str:
    """The picture as a Mermaid flow chart."""
    names = _names(chart)
    lines = ["flowchart BT"]
    for k, (lane, boxes) in enumerate(_once(chart)):
        lines.append(f'  subgraph lane{k}["{_mermaid(lane.title or " ")}"]')
        for box in boxes:
            text = "<br>".join(map(_mermaid, (box.title, *box.prices)))
            lines.append(f'    {names[box.plan]}["{text}"]{"" if box.sold else ":::gone"}')
        lines.append("  end")
    arrows = (*chart.steps, *chart.arrows)
    for arrow in arrows:
        line = "-.->" if arrow.kind == "switch" else "-->"
        lines.append(f'  {names[arrow.origin]} {line}|"{_mermaid(_label(arrow))}"| {names[arrow.target]}')
    for kind, color in _COLORS.items():
        places = [str(k) for k, arrow in enumerate(arrows) if arrow.kind == kind]
        if places:
            lines.append(f"  linkStyle {','.join(places)} stroke:{color}")
    lines.append(f"  classDef gone fill:#f1f5f9,stroke:{_GONE},color:{_GONE},stroke-dasharray:3 3")
    return "\n".join((*lines, *(f"  %% {text}" for text in _footers(chart)), ""))


def to_dot(chart: Chart) -> str:
    """The picture in the language of Graphviz."""
    lines = ["digraph ladder {", "  rankdir=BT;", f"  label={_dot(chart.title)}; labelloc=t;"]
    lines.append('  node [shape=box, style=rounded, fontname="sans-serif"];')
    lines.append('  edge [fontname="sans-serif", fontsize=10];')
    for k, (lane, boxes) in enumerate(_once(chart)):
        lines.append(f"  subgraph cluster_{k} {{")
        lines.append(f"    label={_dot(lane.title)};")
        for box in boxes:
            gone = "" if box.sold else f', style="rounded,dashed", color="{_GONE}", fontcolor="{_GONE}"'
            label = _dot("\n".join((box.title, *box.prices)))
            lines.append(f"    {_dot(box.plan)} [label={label}{gone}];")
        lines.append("  }")
    for arrow in (*chart.steps, *chart.arrows):
        style = ", style=dashed" if arrow.kind == "switch" else ""
        color = _COLORS[arrow.kind]
        told = f'label={_dot(_label(arrow))}, color="{color}", fontcolor="{color}"{style}'
        lines.append(f"  {_dot(arrow.origin)} -> {_dot(arrow.target)} [{told}];")
    return "\n".join((*lines, *(f"  // {text}" for text in _footers(chart)), "}", ""))


def _names(chart: Chart) -> dict[str, str]:
    """Short names: a plan may be called like a word of the language."""
    plans = [box.plan for _, boxes in _once(chart) for box in boxes]
    return {plan: f"plan{k}" for k, plan in enumerate(plans)}


def _once(chart: Chart) -> Iterator[tuple[Lane, list[Box]]]:
    """The lanes with their boxes from low to high; a plan of two groups stands in the first."""
    seen: set[str] = set()
    for lane in chart.lanes:
        boxes = [box for row in reversed(lane.rows) for box in row if box.plan not in seen]
        seen.update(box.plan for box in boxes)
        yield lane, boxes


def _label(arrow: Arrow) -> str:
    if arrow.kind == "switch":
        return f"by itself {arrow.text}"
    kind = "change" if arrow.kind == "crossgrade" else arrow.kind
    return arrow.text if arrow.text.startswith(f"{kind} ") else f"{kind}: {arrow.text}"


def _footers(chart: Chart) -> Iterator[str]:
    for lane in chart.lanes:
        head = f"{lane.title}: " if lane.title else ""
        yield from (f"{head}{note.text}" for note in lane.head)
        yield from (f"{head}{text}" for text in lane.notes)
    if chart.varies:
        yield "* may differ by a rule, or for some customers"
    yield from (f"may refuse a change: {title}" for title in chart.refusals)


def _mermaid(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def _dot(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
