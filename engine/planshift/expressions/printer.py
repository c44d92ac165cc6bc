"""The tree as text, in its one layout.

Law: reading what this prints gives an equal tree. Comments are not part of the tree.
"""

from __future__ import annotations

from planshift.expressions import tree

_LOOSEST, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGNED, _SHARE, _ATOM = range(10)
_BINARY = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT} | dict.fromkeys(tree.COMPARISONS, _COMPARE)
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})
_BRACES = str.maketrans({"{": "{{", "}": "}}"})

Printable = tree.Expr | tree.Statement | tree.Effect | tree.Template | tree.RuleFile


def to_text(node: Printable) -> str:
    """Return a node as the rule language writes it; a file ends with a newline, everything else does not."""
    match node:
        case tree.RuleFile():
            return _file(node)
        case tree.Let():
            return f"let {node.name.text} = {_expr(node.value)}"
        case tree.Rule():
            return _rule(node)
        case tree.Reaction():
            actions = ", ".join(action.text for action in node.actions)
            return f"on {_expr(node.events)}{_when(node.when, ' ')}\n  then {actions}"
        case tree.Always():
            premise = "" if node.premise is None else f"{_expr(node.premise)} implies "
            return f"always {_quoted(node.title.text)}: {premise}{_expr(node.claim)}"
        case tree.SetTerm():
            return f"set {node.term.text} = {_bounded(node.value)}"
        case tree.Deny() | tree.Warn():
            return f"{type(node).__name__.lower()} {to_text(node.text)}"
        case tree.Need():
            return f"need {node.kind.text}{_argument(node)}"
        case tree.Template():
            return f'"{"".join(_template_part(part) for part in node.parts)}"'
        case _:
            return _bounded(node)


def _file(file: tree.RuleFile) -> str:
    lines: list[str] = []
    previous: tree.Statement | None = None
    for statement in file.statements:
        one_liners = isinstance(statement, tree.Let | tree.Always) and type(statement) is type(previous)
        if previous is not None and not one_liners:
            lines.append("")
        lines.append(to_text(statement))
        previous = statement
    return "\n".join(lines) + "\n" if lines else ""


def _rule(rule: tree.Rule) -> str:
    lines = [f"rule {_quoted(rule.title.text)}{_when(rule.when, chr(10) + '  ')}"]
    lines += [f"  {to_text(effect)}" for effect in rule.effects]
    return "\n".join(lines)


def _when(condition: tree.Expr | None, before: str) -> str:
    return "" if condition is None else f"{before}when {_expr(condition)}"


def _argument(need: tree.Need) -> str:
    if need.argument is None:
        return ""
    return f" by {_quoted(need.argument.text)}" if need.quoted else f" {need.argument.text}"


def _template_part(part: str | tree.Expr) -> str:
    if isinstance(part, str):
        return part.translate(_BRACES).translate(_ESCAPES)
    return f"{{{_bounded(part)}}}"


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def _bounded(expr: tree.Expr) -> str:
    """An expression in a place where bounds may stand without parentheses."""
    if not isinstance(expr, tree.Bounded):
        return _expr(expr)
    floor = "" if expr.at_least is None else f", at least {_expr(expr.at_least)}"
    ceiling = "" if expr.at_most is None else f", at most {_expr(expr.at_most)}"
    return f"{_expr(expr.value)}{floor}{ceiling}"


def _expr(expr: tree.Expr, at: int = _LOOSEST) -> str:
    """An expression in a place that takes what binds as tightly as `at`, or tighter."""
    level, text = _leveled(expr)
    return text if level >= at else f"({text})"


def _leveled(expr: tree.Expr) -> tuple[int, str]:
    match expr:
        case tree.Junction(operator=operator, items=items):
            own = _AND if operator == "and" else _OR
            return own, f" {operator} ".join(_expr(item, own + 1) for item in items)
        case tree.Unary(operator="not", operand=operand):
            return _NOT, f"not {_expr(operand, _NOT)}"
        case tree.Unary(operand=operand):
            return _SIGNED, f"-{_expr(operand, _SIGNED)}"
        case tree.Binary(operator=operator, left=left, right=right):
            own = _BINARY[operator]
            # comparisons do not chain; the others bind to the left
            return own, f"{_expr(left, own + (own == _COMPARE))} {operator} {_expr(right, own + 1)}"
        case tree.Within(item=item, collection=collection, negated=negated):
            word = "not in" if negated else "in"
            return _COMPARE, f"{_expr(item, _SUM)} {word} {_expr(collection, _SUM)}"
        case tree.PercentOf(percent=percent, whole=whole):
            return _SHARE, f"{_expr(percent, _ATOM)} of {_expr(whole, _SHARE)}"
        case tree.IfElse(condition=condition, yes=yes, no=no):
            return _LOOSEST, f"if {_expr(condition)} then {_expr(yes)} else {_expr(no)}"
        case tree.Bounded():
            return _ATOM, f"({_bounded(expr)})"
        case _:
            return _ATOM, _atom(expr)


def _atom(expr: tree.Expr) -> str:
    match expr:
        case tree.Number(digits=digits):
            return digits
        case tree.Percent(digits=digits):
            return f"{digits}%"
        case tree.Money(digits=digits, currency=currency):
            return f"{digits} {currency}"
        case tree.Duration(digits=digits, unit=unit):
            return f"{digits} {unit}" if digits == "1" else f"{digits} {unit}s"
        case tree.Date(text=text) | tree.Name(text=text):
            return text
        case tree.Text(value=value):
            return _quoted(value)
        case tree.Truth(value=value):
            return "true" if value else "false"
        case tree.Listing(items=items):
            return f"[{', '.join(_expr(item) for item in items)}]"
        case tree.Call(function=function, arguments=arguments):
            return f"{function.text}({', '.join(_expr(argument) for argument in arguments)})"
        case _:
            raise AssertionError(f"{type(expr).__name__} is not an atom")
