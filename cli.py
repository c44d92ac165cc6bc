"""The `planshift` command, run from a checkout: `python cli.py check policies/hosting`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "engine"))

from planshift.cli import main

if __name__ == "__main__":
    sys.exit(main())
