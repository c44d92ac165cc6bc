"""The scalar reading: the compiled form as one generated Python function, compiled once.

What is used in one branch of a choice only is computed in that branch only, so a denied change never pays for its
money. The source is kept in `linecache`, so a traceback shows the generated line. The names in it come from this file
and from the form's own tables; what a policy says reaches it as `repr` of checked integers and texts alone.
"""

from __future__ import annotations

import linecache
import sys
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from types import CodeType
from typing import final

from planshift.billing.rounding import muldiv
from planshift.expressions.form import Arg, Bool, FormError, Int, Node, Steps, Table, Text
from planshift.expressions.order import operands, reads

ScalarCall = Callable[..., tuple[int | bool | str, ...]]

_MAX_INLINE = 24
"""Deeper expressions are cut into locals: Python's own parser has a limit."""

_MAX_CHAIN = 12
"""Longer choices become if / elif statements."""

_INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "//", "remainder": "%", "less": "<", "same": "=="}
_CONSTANT = frozenset({"lit", "truth", "text"})

_REPEATING = frozenset({"least", "greatest", "muldiv"})
"""Operations whose text can repeat an operand."""

_KEPT = 64
"""So many texts are kept with what they were compiled to."""

_serial = count(1)


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Scope:
    """A branch: code that runs only when certain conditions hold. The root has no parent.

    All choices of one scope with the same conditions share their branches: what the first of them computed there, the
    others find. `cases` are those choices.
    """

    parent: _Scope | None
    depth: int
    cases: list[Node]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyReturn:
    """Where `when` holds, only the first `outputs` outputs are computed and returned."""

    when: Bool
    outputs: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ScalarFunction:
    """A compiled reading: call it with the parameters it was compiled for, get the outputs as a tuple."""

    call: ScalarCall
    source: str
    filename: str
    inputs: tuple[str, ...]
    """The names of the inputs that the function really reads."""


def compile_scalar(
    outputs: Sequence[Node],
    *,
    name: str,
    parameters: Sequence[str],
    access: Mapping[str, str],
    constants: Mapping[str, object] | None = None,
    early: EarlyReturn | None = None,
) -> ScalarFunction:
    """Generate and compile the function that computes `outputs`.

    `access` tells for each input's name the Python expression over `parameters` and `constants` that reads it.

    Raises:
        FormError: an input has no entry in `access`.
    """
    emitter = _Emitter(outputs, access, early)
    source = emitter.source(name, parameters)
    code, filename = _code(source, name)
    namespace: dict[str, object] = {"__builtins__": {}, "bisect": bisect_right, "muldiv": muldiv}
    namespace.update(constants or {})
    namespace.update(emitter.constants)
    exec(code, namespace)  # noqa: S102  # our own text; see the module's promise
    function = namespace[name]
    assert callable(function)  # the source defines it
    return ScalarFunction(call=function, source=source, filename=filename, inputs=tuple(emitter.inputs))


@lru_cache(maxsize=_KEPT)
def _code(source: str, name: str) -> tuple[CodeType, str]:
    """A text compiled, and what tracebacks call it: books that differ in their tables only have the same one."""
    filename = f"<planshift {name} {next(_serial)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    return compile(source, filename, "exec"), filename


class _Emitter:
    """Places every node in a scope, decides which become locals, and writes the text."""

    def __init__(self, outputs: Sequence[Node], access: Mapping[str, str], early: EarlyReturn | None) -> None:
        self.outputs = outputs
        self.early = early
        self.access = access
        self.constants: dict[str, object] = {}
        self.inputs: dict[str, None] = {}
        self._names: dict[Node, str] = {}
        self._table_names: dict[object, str] = {}
        self._operands = reads([*outputs, early.when] if early else outputs)
        self._order = list(self._operands)
        self._root = _Scope(None, 0, [])
        self._late = _Scope(self._root, 1, [])
        self._scopes: dict[Node, _Scope] = {}
        self._branches: dict[tuple[_Scope, tuple[Arg, ...], int], _Scope] = {}
        self._written: set[Node] = set()
        self._uses: dict[Node, int] = dict.fromkeys(self._order, 0)
        self._place()
        self._locals = self._choose_locals()
        self._statements = self._choose_statements()

    def source(self, name: str, parameters: Sequence[str]) -> str:
        """The whole function as text."""
        by_scope: dict[_Scope, list[Node]] = {}
        for node in self._order:
            if node in self._locals:
                self._names[node] = f"v{len(self._names)}"
                by_scope.setdefault(self._scopes[node], []).append(node)
        lines = [f"def {name}({', '.join(parameters)}):"]
        self._block(self._root, by_scope, lines, "    ")
        if self.early:
            lines.append(f"    if {self._text(self.early.when)}:")
            lines.append(f"        return {self._tuple(self.outputs[: self.early.outputs])}")
            self._block(self._late, by_scope, lines, "    ")
        lines.append(f"    return {self._tuple(self.outputs)}")
        return "\n".join(lines) + "\n"

    def _tuple(self, nodes: Sequence[Node]) -> str:
        return f"({''.join(f'{self._text(node)}, ' for node in nodes)})"

    def _place(self) -> None:
        first = self.early.outputs if self.early else len(self.outputs)
        for k, node in enumerate(self.outputs):
            self._use(node, self._root if k < first else self._late)
        if self.early:
            self._use(self.early.when, self._root)
        for node in reversed(self._order):
            scope = self._scopes[node]
            for operand, branch in self._operands[node]:
                self._use(operand, scope if branch is None else self._branch(node, branch))

    def _use(self, node: Node, scope: _Scope) -> None:
        self._uses[node] += 1
        known = self._scopes.get(node)
        self._scopes[node] = scope if known is None else _common(known, scope)

    def _branch(self, case: Node, branch: int) -> _Scope:
        parent = self._scopes[case]
        conditions = case.args[0]
        assert isinstance(conditions, tuple)  # made by Form.make_case
        key = (parent, conditions, branch)
        if key not in self._branches:
            self._branches[key] = _Scope(parent, parent.depth + 1, [])
        scope = self._branches[key]
        if case not in scope.cases:
            scope.cases.append(case)
        return scope

    def _choose_locals(self) -> set[Node]:
        chosen: set[Node] = set()
        heights: dict[Node, int] = {}
        for node in self._order:
            if node.op in _CONSTANT:
                continue
            below = [heights.get(o, 0) for o, _ in self._operands[node] if o not in chosen]
            heights[node] = 1 + max(below, default=0)
            if self._uses[node] > 1 or heights[node] > _MAX_INLINE:
                chosen.add(node)
            if node.op in _REPEATING:
                chosen.update(o for o in _named_operands(node) if o.op not in _CONSTANT)
        return chosen

    def _choose_statements(self) -> set[Node]:
        statements = {n for n in self._order if n.op == "case" and len(self._operands[n]) > 2 * _MAX_CHAIN}
        self._locals |= statements
        for node in self._locals:
            scope: _Scope | None = self._scopes[node]
            while scope is not None and not statements.issuperset(scope.cases):
                statements.update(scope.cases)
                scope = scope.parent
            # A scope whose choices are known already has parents that are known already.
        self._locals |= statements
        return statements

    def _block(
        self, scope: _Scope, by_scope: dict[_Scope, list[Node]], lines: list[str], pad: str, before: int = sys.maxsize
    ) -> None:
        """Write a scope's locals in order; those made after the choice `before` wait for a later choice."""
        for node in by_scope.get(scope, ()):
            if node.id > before or node in self._written:
                continue
            self._written.add(node)
            if node in self._statements:
                self._choice(node, by_scope, lines, pad)
            else:
                lines.append(f"{pad}{self._names[node]} = {self._expression(node)}")

    def _choice(self, node: Node, by_scope: dict[_Scope, list[Node]], lines: list[str], pad: str) -> None:
        conditions, values = node.args
        assert isinstance(conditions, tuple)  # made by Form.make_case
        assert isinstance(values, tuple)  # made by Form.make_case
        for k, value in enumerate(values):
            word = "if" if k == 0 else "elif"
            head = f"{word} {self._text(conditions[k])}:" if k < len(conditions) else "else:"
            lines.append(pad + head)
            scope = self._branches[self._scopes[node], conditions, k]
            self._block(scope, by_scope, lines, pad + "    ", before=node.id)
            lines.append(f"{pad}    {self._names[node]} = {self._text(value)}")

    def _text(self, node: object) -> str:
        """How a node is read: a literal, a local, or its expression in place."""
        assert isinstance(node, (Int, Bool, Text))  # callers pass nodes only
        if isinstance(node, Int) and node.op == "lit":
            return repr(node.lo) if node.lo >= 0 else f"({node.lo!r})"
        if node.op == "truth":
            return "True" if node.args[0] == 1 else "False"
        if node.op == "text":
            return repr(node.args[0])
        return self._names[node] if node in self._locals else self._expression(node)

    def _expression(self, node: Node) -> str:
        if node.op in _INFIX:
            left, right = node.args
            return f"({self._text(left)} {_INFIX[node.op]} {self._text(right)})"
        return str(getattr(self, f"_{node.op}")(node))

    def _input(self, node: Node) -> str:
        name = str(node.args[0])
        if name not in self.access:
            raise FormError(f"the scalar reading does not know the input {name}")
        self.inputs[name] = None
        return f"({self.access[name]})"

    def _not(self, node: Node) -> str:
        inner = node.args[0]
        if isinstance(inner, Bool) and inner.op == "less" and inner not in self._locals:
            left, right = inner.args
            return f"({self._text(left)} >= {self._text(right)})"
        return f"(not {self._text(inner)})"

    def _and(self, node: Node) -> str:
        return "(" + " and ".join(self._text(arg) for arg in node.args) + ")"

    def _or(self, node: Node) -> str:
        return "(" + " or ".join(self._text(arg) for arg in node.args) + ")"

    def _least(self, node: Node) -> str:
        a, b = (self._text(arg) for arg in node.args)
        return f"({a} if {a} < {b} else {b})"

    def _greatest(self, node: Node) -> str:
        a, b = (self._text(arg) for arg in node.args)
        return f"({a} if {a} > {b} else {b})"

    def _case(self, node: Node) -> str:
        conditions, values = node.args
        assert isinstance(conditions, tuple)  # made by Form.make_case
        assert isinstance(values, tuple)  # made by Form.make_case
        head = "".join(
            f"{self._text(v)} if {self._text(c)} else " for c, v in zip(conditions, values[:-1], strict=True)
        )
        return f"({head}{self._text(values[-1])})"

    def _muldiv(self, node: Node) -> str:
        p, n, d = (self._text(arg) for arg in node.args[:3])
        mode = node.args[3]
        if mode == "half_up":
            return f"((2 * {p} * {n} + {d}) // (2 * {d}))"
        if mode == "down":
            return f"({p} * {n} // {d})"
        if mode == "up":
            return f"(-(-{p} * {n} // {d}))"
        return f"muldiv({p}, {n}, {d}, {mode!r})"

    def _within(self, node: Node) -> str:
        values = node.args[1]
        assert isinstance(values, tuple)  # made by Text.within
        if len(values) == 1:
            return f"({self._text(node.args[0])} == {values[0]!r})"
        return f"({self._text(node.args[0])} in {values!r})"

    def _same_text(self, node: Node) -> str:
        return f"({self._text(node.args[0])} == {self._text(node.args[1])})"

    def _lookup(self, node: Node) -> str:
        table, key = node.args
        assert isinstance(table, Table)  # made by Form.lookup
        if table.sparse:
            return f"{self._constant(table, dict(table.sparse).get)}({self._text(key)}, {table.default})"
        return f"{self._constant(table, table.values)}[{self._text(key)}]"

    def _steps(self, node: Node) -> str:
        steps, key = node.args
        assert isinstance(steps, Steps)  # made by Form.steps
        values = self._constant(steps, steps.values)
        starts = self._constant(steps.starts, steps.starts[1:])
        return f"{values}[bisect({starts}, {self._text(key)})]"

    def _constant(self, identity: object, value: object) -> str:
        name = self._table_names.get(identity)
        if name is None:
            name = self._table_names[identity] = f"t{len(self._table_names)}"
            self.constants[name] = value
        return name


def _named_operands(node: Node) -> list[Node]:
    """Operands that the text repeats, so that they must be locals."""
    if node.op in ("least", "greatest"):
        return [operand for operand, _ in operands(node)]
    if node.op == "muldiv" and node.args[3] == "half_up":
        return [operand for operand in node.args[2:3] if isinstance(operand, Int)]
    return []


def _common(a: _Scope, b: _Scope) -> _Scope:
    """The innermost scope that holds both."""
    while a is not b:
        if a.depth >= b.depth:
            assert a.parent is not None  # only the root has none, and it is shallowest
            a = a.parent
        else:
            assert b.parent is not None  # only the root has none, and it is shallowest
            b = b.parent
    return a
