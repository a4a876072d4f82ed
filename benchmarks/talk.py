"""Writes ordinary invented talk as a WhatsApp text export, of any length, always the same for the same numbers.

0.5 % of the messages are adverts of goods; none offers a person. Lengths, greetings and chatter follow no real chat.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

ARABIC = [
    "صباح",
    "الخير",
    "كيف",
    "الحال",
    "نعم",
    "تمام",
    "وصلت",
    "البيت",
    "متى",
    "نلتقي",
    "غدا",
    "في",
    "السوق",
    "عند",
    "الجامع",
    "الطريق",
    "مزدحم",
    "الجو",
    "حار",
    "جدا",
    "هل",
    "اتصل",
    "أحمد",
    "لا",
    "أعرف",
    "ربما",
    "بعد",
    "الظهر",
    "شكرا",
    "الله",
    "يحفظك",
    "أرسل",
    "لي",
    "العنوان",
    "اشتريت",
    "خبز",
    "وحليب",
    "الأولاد",
    "في",
    "المدرسة",
    "السيارة",
    "عند",
    "المصلح",
    "الكهرباء",
    "انقطعت",
    "رجعت",
    "قبل",
    "قليل",
    "نسيت",
    "المفتاح",
    "تعال",
    "نشرب",
    "شاي",
    "المباراة",
    "الليلة",
    "الساعة",
    "تسعة",
    "فاز",
    "الفريق",
    "مبروك",
    "سلم",
    "على",
    "الأهل",
]
ENGLISH = [
    "good",
    "morning",
    "how",
    "are",
    "you",
    "yes",
    "fine",
    "I",
    "am",
    "home",
    "when",
    "do",
    "we",
    "meet",
    "tomorrow",
    "at",
    "the",
    "market",
    "near",
    "the",
    "station",
    "the",
    "road",
    "is",
    "full",
    "it",
    "is",
    "hot",
    "today",
    "did",
    "he",
    "call",
    "maybe",
    "later",
    "thanks",
    "send",
    "me",
    "the",
    "address",
    "bought",
    "bread",
    "and",
    "milk",
    "the",
    "kids",
    "are",
    "at",
    "school",
    "the",
    "car",
    "is",
    "at",
    "the",
    "garage",
    "power",
    "is",
    "out",
    "again",
    "came",
    "back",
    "just",
    "now",
    "forgot",
    "the",
    "keys",
    "come",
    "for",
    "tea",
    "the",
    "match",
    "is",
    "tonight",
    "at",
    "nine",
    "we",
    "won",
]
NAMES = ["Karim", "أبو سامر", "Lana", "هدى", "Omar T.", "+964 770 000 0113", "سعد", "Mira"]
ADVERTS = [
    "للبيع غسالة مستعملة السعر {n} ألف التواصل 07700000{k:03d}",
    "Used fridge for sale, {n} USD, call +964 750 000 0{k:03d}",
    "قطط صغيرة للبيع السعر {n} دولار",
    "سيارة كيا للبيع موديل ٢٠١٢ السعر {n}00 دولار خاص",
]


def lines(messages: int, seed: int = 7) -> list[str]:
    """The lines of an Android export in English format (d/m/y, 24 hours)."""
    rng = random.Random(seed)
    at = datetime(2019, 1, 1, 6, 0)
    out = []
    for _ in range(messages):
        at += timedelta(seconds=rng.choice((20, 40, 65, 130, 300, 900, 3600)))
        if rng.random() < 0.005:
            text = rng.choice(ADVERTS).format(n=rng.randrange(20, 900), k=rng.randrange(1000))
        else:
            words = ARABIC if rng.random() < 0.6 else ENGLISH
            text = " ".join(rng.choices(words, k=rng.choice((1, 2, 3, 4, 5, 6, 8, 11, 15, 22))))
        out.append(f"{at.day:02d}/{at.month:02d}/{at.year}, {at:%H:%M} - {rng.choice(NAMES)}: {text}\n")
    return out


def write(path: Path, messages: int, seed: int = 7) -> None:
    """The export as a file."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(lines(messages, seed))
