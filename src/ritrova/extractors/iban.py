"""International bank account numbers, with their check digits verified (ISO 13616)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ritrova.model.records import Observable
from ritrova.model.shapes import Ask, Extractor
from ritrova.model.text import Cue, Folded, Hit

_FORM: Final = re.compile(r"(?<![^\W_])([a-z]{2} ?\d{2}(?:[ \-]?[a-z0-9]){11,30})(?![^\W_])")


def extract(folded: Folded, hits: Sequence[Hit], ask: Ask) -> Iterator[Observable]:
    """IBANs whose check digits are right, without blanks as `value`."""
    for m in _FORM.finditer(folded.text):
        end = m.end()
        while end - m.start() >= 15:
            value = re.sub(r"[ \-]", "", folded.text[m.start() : end]).upper()
            if 15 <= len(value) <= 34 and sum(c.isdigit() for c in value) >= 10 and checks(value):
                span = folded.original(m.start(), end)
                yield Observable(
                    "iban",
                    "",
                    folded.written[span[0] : span[1]],
                    span,
                    value=value,
                    ground="the check digits are right",
                )
                break
            end = max(folded.text.rfind(" ", m.start(), end), folded.text.rfind("-", m.start(), end))


def checks(value: str) -> bool:
    """Whether the two check digits fit the rest."""
    turned = value[4:] + value[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


EXTRACTOR = Extractor(
    "iban", (Cue("iban.form", r"(?<![^\W_])[a-z]{2} ?\d{2}(?:[ \-]?[a-z0-9]){11}"),), extract
)
