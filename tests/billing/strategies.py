"""What the tests of `billing` draw from."""

from __future__ import annotations

from hypothesis import strategies as st

from planshift.billing.calendar import FIRST_DAY, LAST_DAY, from_day
from planshift.billing.interval import Interval
from planshift.billing.rounding import ROUNDING_MODES

days = st.integers(FIRST_DAY, LAST_DAY)
anchors = st.integers(1, 31)
modes = st.sampled_from(ROUNDING_MODES)
amounts = st.integers(0, 10**12)
counts = st.integers(0, 10**6)
divisors = st.integers(1, 10**6)

dates = st.integers(FIRST_DAY + 20_000, FIRST_DAY + 40_000).map(from_day)
"""Dates of this century, away from the ends of the calendar so that steps stay inside."""

intervals = st.one_of(
    st.sampled_from((1, 2, 3, 6, 12, 24)).map(lambda months: Interval(months=months)),
    st.integers(1, 100).map(lambda count: Interval(days=count)),
)

zones = st.sampled_from(
    ("UTC", "Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo")
)
