"""Which fields hold what somebody agreed to or refused, told by their words: of two answers the stricter counts.

A company that lost one of two answers must not write to somebody who refused (特定電子メール法 第三条; 個人情報保護法 第三十五条).
"""

import re

_ABOUT = re.compile(
    r"同意|許可|承諾|許諾|可否|配信|オプト|メルマガ|メールマガジン|案内|送付|\bDM\b|ＤＭ|連絡(?=可|不可|禁止|拒否|停止)|勧誘|opt.?(in|out)|consent|subscri|newsletter|do not",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"停止|不要|不可|拒否|拒絶|お断り|断る|断り|禁止|しない|オプトアウト|解除|退会|未同意|非同意|無効|いいえ|opt.?out|unsubscri|refus|declin|do not|\bng\b|\bno\b|×",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(r"未確認|未定|不明|保留|unknown|pending", re.IGNORECASE)


def is_consent(label: str) -> bool:
    """Whether a field of this name holds consent or refusal."""
    return bool(_ABOUT.search(label))


def is_refusal(label: str) -> bool:
    """Whether "yes" in a field of this name forbids something (配信停止)."""
    return bool(_REFUSED.search(label))


def strictness(answer: str) -> int:
    """0 for a refusal, 1 for an answer that is not known, 2 for consent."""
    if _REFUSED.search(answer):
        return 0
    return 1 if _UNKNOWN.search(answer) else 2
