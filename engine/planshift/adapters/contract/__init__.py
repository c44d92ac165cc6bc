"""The contract of adapters, as tests that anybody can run against an adapter of their own.

A test module derives from `AdapterContract` (or from `ResidentContract`, for what lives in the database of the orders)
and gives it a fixture `case`, which tells how the adapter is made and what its other side holds:

    class TestMyAdapter(AdapterContract):
        @pytest.fixture
        def case(self) -> Iterator[Case]:
            with my_stand_in() as side:
                yield MyCase(side)

Nothing here needs pytest itself; a test that a case cannot show is left out as `unittest` does.
"""

from __future__ import annotations

from planshift.adapters.contract.case import Case, ResidentCase
from planshift.adapters.contract.samples import sample_tasks, tasks_of
from planshift.adapters.contract.suite import AdapterContract, ResidentContract
from planshift.adapters.faults import FAULTS, Fault

__all__ = [
    "FAULTS",
    "AdapterContract",
    "Case",
    "Fault",
    "ResidentCase",
    "ResidentContract",
    "sample_tasks",
    "tasks_of",
]
