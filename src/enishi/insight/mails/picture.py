"""A chart as PNG, for readers of mail that draw no SVG: the page's own drawing on white paper, by WeasyPrint and PDFium."""

import io
import logging
import re
from pathlib import Path

from enishi.insight.reports.charts import chart
from enishi.insight.reports.shown import Shown
from enishi.sales.documents import pdf

log = logging.getLogger(__name__)
WIDTH, SHARPNESS = 640, 2  # in pixels of the mail; pixels of the picture for each of them
STYLE = Path(__file__).with_name("picture.css")
LEGEND_ROW, MARGIN = 22, 10


def png(shown: Shown) -> bytes | None:
    """The report's chart; None where it has none, or where this machine can't draw."""
    drawn = str(chart(shown, WIDTH - 2 * MARGIN))
    height = re.search(r'<svg class="only"[^>]* height="([0-9]+)"', drawn)
    if height is None or not pdf.available():
        return None
    style = STYLE.read_text(encoding="utf-8")
    # Style sheets of the page don't reach into a drawing: it carries its own.
    drawn = drawn.replace('aria-hidden="true">', f'aria-hidden="true"><style>{style}</style>')
    # Links lead nowhere in a picture.
    drawn = re.sub(r"<a href=\"[^\"]*\" tabindex=\"-1\">", "<g>", drawn).replace("</a>", "</g>")
    legend = drawn.count("<span>")
    tall = int(height[1]) + 2 * MARGIN + (LEGEND_ROW * (1 + legend // 5) + 10 if legend else 0)
    page = f"@page {{ size: {WIDTH}px {tall}px; margin: {MARGIN}px; background: #fff }} {_AROUND}"
    return _drawn(pdf.render(f'<html lang="ja"><body>{drawn}</body></html>', page))


_AROUND = """
body { margin: 0; font-family: "Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", sans-serif; font-size: 12px; color: #4a5260 }
.chart > svg { display: block }
.chart-legend { margin-top: 8px; text-align: center; line-height: 22px }
.chart-legend span { margin: 0 8px; white-space: nowrap }
.chart-legend svg { margin-right: 5px }
"""


def _drawn(paper: bytes) -> bytes:
    """The first page of a PDF."""
    import pypdfium2

    with pdf.pdfium_at_work:
        document = pypdfium2.PdfDocument(paper)
        try:
            picture = document[0].render(scale=SHARPNESS / 0.75).to_pil()  # a pixel of CSS is 0.75 points
        finally:
            document.close()
    held = io.BytesIO()
    picture.convert("P", palette=1, colors=128).save(held, "PNG", optimize=True)
    return held.getvalue()
