"""HTML into PDF by WeasyPrint, which reaches for nothing: neither network nor files."""

import base64
import io
import logging
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from enishi.records.errors import Refused

log = logging.getLogger(__name__)
STYLE = Path(__file__).with_name("paper.css")
pdfium_at_work = threading.Lock()  # PDFium bears no second thread


class Missing(Refused):
    """The libraries that draw are not on this machine."""

    def __init__(self) -> None:
        super().__init__(
            {
                "": [
                    _(
                        "PDFを作る部品（Pango）がこの機械にありません。管理者が apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk を実行すると使えます。"
                    )
                ]
            }
        )


@lru_cache(maxsize=1)
def _weasyprint() -> Any:
    import weasyprint

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    return weasyprint


def available() -> bool:
    """Whether PDF can be made here."""
    try:
        _weasyprint()
    except (ImportError, OSError) as error:
        log.warning("PDF can't be made: %s", error)
        return False
    return True


def _fetch(url: str, *_more: Any, **_options: Any) -> dict[str, Any]:
    """Only pictures that stand in the page itself.

    Raises:
        ValueError: anything else.
    """
    head, comma, data = url.partition(",")
    if comma and head in {"data:image/png;base64", "data:image/jpeg;base64"}:
        return {"string": base64.b64decode(data), "mime_type": head[5:].partition(";")[0]}
    raise ValueError("nothing is fetched")


def stamped(content: bytes, stamp: bytes) -> bytes:
    """A PDF with the first page of another across each of its pages."""
    import pypdfium2

    with pdfium_at_work:
        paper, over = pypdfium2.PdfDocument(content), pypdfium2.PdfDocument(stamp)
        try:
            mark = over.page_as_xobject(0, paper)
            for page in paper:
                page.insert_obj(mark.as_pageobject())
                page.gen_content()
            held = io.BytesIO()
            paper.save(held)
        finally:
            over.close()
            paper.close()
    return held.getvalue()


def render(html: str, style: str | None = None) -> bytes:
    """The PDF of a page.

    Args:
        style: a style sheet instead of the papers' own.

    Raises:
        Missing: the libraries are not there.
    """
    if not available():
        raise Missing
    weasyprint = _weasyprint()
    text = STYLE.read_text(encoding="utf-8") if style is None else style
    sheet = weasyprint.CSS(string=text, url_fetcher=_fetch)
    page = weasyprint.HTML(string=html, url_fetcher=_fetch, base_url=None)
    return bytes(page.write_pdf(stylesheets=[sheet]))
