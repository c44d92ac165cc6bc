"""When a step is tried again: later and later, and not all steps at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How patient one is with passing faults: seconds to the first new try and at most, and how many tries."""

    first: int = 5
    longest: int = 3_600
    tries: int = 20

    def wait(self, key: str, *, attempt: int) -> int:
        """The seconds after a try before the next one.

        They double with each try. Up to half of them is taken off by the key, so that steps which failed together do
        not come back together; the same key and attempt always wait as long.
        """
        longest = min(self.first << min(attempt - 1, 32), self.longest)
        drawn = int.from_bytes(hashlib.sha256(f"{key}:{attempt}".encode()).digest()[:8])
        return longest - drawn % (longest // 2 + 1)


PATIENT: Final = Retries()
"""Twenty tries over about fourteen hours."""
