"""Which column of a table means what: as a column map says, or as headers in several languages suggest."""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec

from ritrova.formats.printed import clean
from ritrova.model.errors import WrongUse
from ritrova.model.records import App

ROLES = (
    "time",
    "date",
    "clock",
    "sender",
    "phone",
    "text",
    "conversation",
    "direction",
    "recipient",
    "id",
    "reply_to",
    "attachment",
    "kind",
    "app",
)
"""What a column can be. `time` holds date and clock together; `date` and `clock` each one of them."""
HEADERS: dict[str, str] = {
    "time": "time timestamp datetime date_time date/time sent_at sent_time sent created_at message_time "
    "التاريخ_والوقت وقت_الإرسال zaman tarih_saat дата_и_время время_отправки data_e_ora data_ora horodatage "
    "date_et_heure datum_uhrzeit zeitstempel fecha_y_hora کات تاریخ_و_زمان dem",
    "date": "date day التاريخ تاريخ tarih дата data datum fecha ڕێککەوت بەروار تاریخ dîrok 日期",
    "clock": "clock hour الوقت وقت الساعة saat время ora heure uhrzeit hora کاتژمێر ساعت زمان 时间",
    "sender": "sender from author name sender_name from_name user username contact participant المرسل الاسم اسم من "
    "gönderen kimden ad isim отправитель от имя автор mittente da nome autore expéditeur de nom auteur absender von "
    "remitente ناردەر ناو فرستنده نام şandyar nav 发送者 姓名",
    "phone": "phone number phone_number msisdn mobile sender_phone sender_number tel telephone رقم الرقم الهاتف رقم_الهاتف "
    "هاتف telefon numara telefon_numarası телефон номер номер_телефона telefono numero téléphone numéro telefonnummer "
    "nummer teléfono ژمارە ژمارەی_مۆبایل شماره شماره_تلفن hejmar 电话",
    "text": "text message body content msg message_text message_body المحتوى الرسالة نص النص رسالة mesaj metin içerik "
    "сообщение текст содержание messaggio testo contenuto message_texte texte contenu nachricht inhalt mensaje texto "
    "نامە دەق پەیام متن peyam 消息 内容",
    "conversation": "conversation chat chat_name thread group room channel chat_id thread_id group_name conversation_id "
    "المحادثة الدردشة المجموعة مجموعة sohbet grup чат беседа группа conversazione gruppo discussion groupe unterhaltung "
    "gruppe grupo گفتوگۆ گروپ گروه گفتگو kom 群",
    "direction": "direction in/out type_direction incoming/outgoing الاتجاه اتجاه yön направление direzione sens richtung "
    "dirección ئاراستە جهت",
    "recipient": "to recipient receiver recipients إلى الى المستلم المرسل_إليه alıcı kime получатель кому destinatario a "
    "destinataire à empfänger an para وەرگر گیرنده 接收者",
    "id": "id message_id msg_id uuid guid key معرف kimlik идентификатор",
    "reply_to": "reply_to in_reply_to quoted_id reply reply_id رد_على",
    "attachment": "attachment attachments file filename file_name media media_file مرفق المرفق ملف الملف ek dosya вложение "
    "файл allegato file_allegato pièce_jointe fichier anhang datei adjunto archivo",
    "kind": "type message_type kind النوع نوع tür тип tipo",
    "app": "app application service platform source التطبيق uygulama приложение",
}  # fmt: skip
KNOWN: dict[str, str] = {}
for _role, _words in HEADERS.items():
    for _word in _words.split():
        KNOWN.setdefault(_word.replace("_", " "), _role)
OUT = frozenset(
    [
        "out",
        "outgoing",
        "sent",
        "send",
        "outbound",
        "1",
        "to",
        "me→",
        "صادر",
        "صادرة",
        "مرسلة",
        "مرسل",
        "giden",
        "исходящее",
        "исходящий",
        "исх",
        "inviato",
        "uscita",
        "envoyé",
        "gesendet",
        "ausgehend",
        "enviado",
        "saliente",
        "ناردراو",
        "ارسالی",
    ]
)
IN = frozenset(
    [
        "in",
        "incoming",
        "received",
        "receive",
        "inbound",
        "0",
        "from",
        "وارد",
        "واردة",
        "مستلمة",
        "gelen",
        "входящее",
        "входящий",
        "вх",
        "ricevuto",
        "entrata",
        "reçu",
        "empfangen",
        "eingehend",
        "recibido",
        "entrante",
        "هاتوو",
        "دریافتی",
    ]
)
SETTINGS = frozenset(
    [
        "app",
        "encoding",
        "delimiter",
        "header",
        "sheet",
        "zone",
        "date_order",
        "format",
        "epoch",
        "conversation_name",
        "owner",
        "out",
        "in",
        "columns",
        "name",
        "country",
        "quote",
        "skip",
    ]
)


def plain(header: str) -> str:
    """A header for comparing: no marks, no case, words apart by one space."""
    return re.sub(r"[\s_\-.:*]+", " ", clean(header).casefold()).strip()


class Map(msgspec.Struct, frozen=True):
    """A column map, resolved against a table: `at` gives the place of each role's column, from 0."""

    at: dict[str, int]
    app: App = "other"
    zone: str | None = None
    order: str | None = None
    format: str | None = None
    owner: str | None = None
    conversation: str | None = None
    out: frozenset[str] = OUT
    into: frozenset[str] = IN
    ground: str = "as the column map says"
    country: str | None = None


def guessed(headers: list[str]) -> dict[str, int]:
    """Roles by headers that are known words; the first column of a role wins."""
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        role = KNOWN.get(plain(header))
        if role is not None and role not in found:
            found[role] = place
    if "time" in found:
        found.pop("clock", None)
        if (
            "date" in found
            and KNOWN.get(plain(headers[found["time"]])) == "time"
            and plain(headers[found["time"]]) == "time"
        ):
            found["clock"] = found.pop("time")
        else:
            found.pop("date", None)
    return found


def unmistakable(headers: list[str]) -> bool:
    """Whether headers alone say that this is a table of messages: when, what, and who or to which side."""
    found = guessed(headers)
    return (
        ("time" in found or "date" in found)
        and "text" in found
        and bool(found.keys() & {"sender", "phone", "direction"})
    )


def resolved(given: dict[str, Any] | None, headers: list[str] | None, width: int) -> Map:
    """The map for a table with these headers (None: it has none); `WrongUse` where it names what is not there."""
    if given is None:
        return Map(guessed(headers or []), ground="columns guessed from their headers")
    columns = given.get("columns")
    wanted: dict[str, Any] = dict(columns) if isinstance(columns, dict) else {}
    for role in ROLES:
        value = given.get(role)
        if value is None or role in wanted or (role == "app" and value in get_args(App)):
            continue
        wanted[role] = value
    names = {plain(header): place for place, header in reversed(list(enumerate(headers or [])))}
    at: dict[str, int] = {}
    for role, value in wanted.items():
        if value in ("", None):
            continue
        if role not in ROLES:
            raise WrongUse(f"«{role}» is no role of a column.", f"Roles: {', '.join(ROLES)}.")
        if isinstance(value, int) and not isinstance(value, bool):
            place = value - 1
        elif isinstance(value, str) and plain(value) in names:
            place = names[plain(value)]
        elif isinstance(value, str) and headers is None and value.isdigit():
            place = int(value) - 1
        else:
            shown = ", ".join(headers or []) or f"numbers 1 to {width}"
            raise WrongUse(
                f"the column map names «{value}» as {role}, which is not in this table.", f"Columns: {shown}."
            )
        if not 0 <= place < max(width, len(headers or [])):
            raise WrongUse(
                f"the column map names column {value} as {role}; there are {width}.", "Count from 1."
            )
        at[role] = place
    if not at.keys() & {"text", "time", "date", "attachment"}:
        raise WrongUse(
            "the column map names neither a text nor a time.", "See `ritrova add --explain-columns FILE`."
        )
    app: App = next((known for known in get_args(App) if known == given.get("app")), "other")
    sides = given.get("direction") if isinstance(given.get("direction"), dict) else given

    def words(value: Any, default: frozenset[str]) -> frozenset[str]:
        if value is None:
            return default
        return frozenset(plain(str(v)) for v in (value if isinstance(value, list) else [value]))

    return Map(
        at=at,
        app=app,
        zone=given.get("zone"),
        order=given.get("date_order"),
        format=given.get("format"),
        owner=given.get("owner"),
        conversation=given.get("conversation_name"),
        out=words((sides or {}).get("out"), OUT),
        into=words((sides or {}).get("in"), IN),
        country=given.get("country"),
    )
