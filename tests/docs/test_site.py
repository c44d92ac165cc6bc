"""The documentation can be made into a site: every link leads somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FETCHED = re.compile(r"<(?:script|img|iframe|source)[^>]*\ssrc=\"(?:https?:)?//|<link[^>]*\shref=\"(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, made as `make site` makes it: warnings are errors."""
    folder = tmp_path_factory.mktemp("site")
    options = ["-W", "--keep-going", "-q", "-b", "html", "-d", str(folder / "doctrees")]
    environment = {name: value for name, value in os.environ.items() if name != "PLANSHIFT_REPOSITORY"}
    made = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(ROOT / "docs"), str(folder / "html")],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return folder / "html"


@pytest.mark.xdist_group("site")
def test_every_page_is_there(site: Path) -> None:
    pages = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    assert len(pages) > 40
    missing = [page for page in pages if not site.joinpath(page.with_suffix(".html")).is_file()]
    assert not missing


@pytest.mark.xdist_group("site")
def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    fetching = [page.name for page in site.rglob("*.html") if FETCHED.search(page.read_text(encoding="utf-8"))]
    assert not fetching


@pytest.mark.xdist_group("site")
def test_a_page_says_what_its_blocks_are_files_of_and_colours_rules(site: Path) -> None:
    page = site.joinpath("how-to", "charge-a-fee.html").read_text(encoding="utf-8")
    assert "shop/policy.rules" in re.sub(r"<[^>]*>", "", page)
    assert '<span class="k">rule</span>' in page


@pytest.mark.xdist_group("site")
def test_links_out_of_the_pages_are_text_and_those_to_diagnostics_lead_there(site: Path) -> None:
    assert 'href="../diagnostics/PS104.html"' in site.joinpath("reference", "diagnostics.html").read_text("utf-8")
    assert ".yaml" not in "".join(re.findall(r'href="([^"]*)"', site.joinpath("requirements.html").read_text("utf-8")))


@pytest.mark.xdist_group("site")
def test_the_search_finds_a_term(site: Path) -> None:
    text = site.joinpath("searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    found = index["terms"]["half_up"]
    names = [index["docnames"][each] for each in (found if isinstance(found, list) else [found])]
    assert "reference/terms" in names
