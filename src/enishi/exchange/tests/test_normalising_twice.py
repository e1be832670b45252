"""What is normalised once stays as it is when it is normalised again (B2)."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enishi.japanese import telephones
from enishi.japanese.text import clean, fold

pytestmark = pytest.mark.row("B2")
TEXT = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("（株）㈱ｱｶﾞﾊﾟー－−‐～〜・髙﨑德々ヶケゎヴ０９Ａａ　 一二三丁目番号がぱ"),
    ),
    max_size=40,
)


@given(TEXT)
@example("㈱ｶﾞｷﾞグー−～〜・髙﨑")
@settings(max_examples=300, deadline=None)
def test_texts_and_numbers(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert clean(clean(text)) == clean(text)


@given(st.text("0123456789-ー−‐ ()（）+０９内線ext.", max_size=24))
@settings(max_examples=300, deadline=None)
def test_telephones(text: str) -> None:
    once = telephones.parse_telephone(text)
    assert telephones.parse_telephone(once.display).display == once.display
