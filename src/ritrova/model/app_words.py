"""Words that the apps themselves write into system lines ("X added Y"), folded.

Under pseudonyms a system line keeps these words and nothing else: it names people who never wrote a message, and so stand
in no list of accounts. A word of an app that is missing here is hidden too, which is the lesser fault. The stems come from
the system lines of WhatsApp exports and Telegram pages in the languages that have packs.
"""

from __future__ import annotations

import re
from typing import Final

from ritrova.model.folding import fold

_WRITTEN: Final = """
a about accepted account accounts add added admin admins advanced after all allow allowed also an and anyone approval approve
approved are as at audio automatically background be been before being blocked boost by call calls can canceled cancelled
changed channel channels chat chats cleared click community contact contacts converted created creator days deleted
description device disabled disappearing edit edited enabled encrypted encryption end ended end-to-end everyone expired
file for forwarded from game gif group groups has have history hidden hour hours icon image in info invitation invite invited
is it its join joined kept known last learn left line link link's linked listen live location longer made marked
media member members message messages minute minutes missed more moved name new no not now number of off older on one only or
other others out outside owner participant participants phone photo picture pinned poll privacy private profile public
read receive registered rejected removed reply requested requests reset restricted screenshot score screen secret secured
secure security seconds see send sent set setting settings shared show sticker storage subgroup subject supergroup tap telegram
that the their them theme these they this timer to took topic turned unblocked under unpinned updated upgraded used
user users using via viber video view voice wallpaper was week weeks were whatsapp when who with without you your you're
yourself encryption's group's community's chat's code even mostly day year years month months audio document contact card
omitted you'll they'll it's isn't aren't don't won't wasn't doesn't haven't changing

تم تمت قام قامت قمت لقد قد غير غيرت اضاف اضافت اضفت ازال ازالت ازلت غادر غادرت خرج خرجت انضم انضمت انشا انشات انشاء دعا دعت
اسم موضوع وصف ايقونه ايقونة صوره صورة المجموعه المجموعة مجموعه مجموعة هذه هذا الى الي من في عن مع او و لا ما لم ان
انت انتم انك لك لكم كل اي احد خارج حتي حتى الرسائل رسائل رساله رسالة الرساله الرسالة المكالمات مكالمه مكالمة والمكالمات فائته
فائتة صوتيه صوتية مرئيه مرئية فيديو الفيديو الصوت الصوره الصورة الملصق ملف المستند المستندات الوسائط استبعاد مشموله مشمولة
مشمول مشفره مشفرة تماما تامه التشفير التام بين الطرفين طرفين واتساب قراءتها الاستماع اليها انقر اضغط اعرف لمعرفه لمعرفة المزيد
رمز الامان تغير تغيير باستخدام رابط الدعوه الدعوة دعوه دعوة ذاتيه ذاتية الاختفاء تشغيل ايقاف بتغيير لاحد ولا وصفي المشرف المشرفون مشرف مشرفا مشرفين
بواسطه بواسطة حذف حذفت رقم هاتفه هاتفها الهاتف جديد جديده الجديد ايام يوم يوما ساعه ساعة ساعات جهه جهة الاتصال بطاقه بطاقة
حظر الحظر هذه الدردشه الدردشة دردشه المحادثه المحادثة محادثه القناه القناة قناه الاعضاء عضو اعضاء اعدادات الاعدادات يمكن فقط
الموقع المباشر مشاركه مشاركة تثبيت ثبت ثبتت المجتمع اليه إليك لديك

ha hai hanno cambiato modificato creato aggiunto rimosso abbandonato lasciato il lo la le gli i l' un una uno di del della dell'
dei da dal con per su nel nella questo questa questi gruppo oggetto nome immagine icona descrizione messaggi messaggio chiamate
chiamata e ed non che chi sono è stato stata crittografati crittografia end codice sicurezza tocca saperne di piu piu' link invito
usando utente tramite vocale video persa perse effimeri attivato disattivato amministratore sei omesso omessa eliminato

hat haben hast wurde wurden den die das der dem des ein eine einen betreff gruppe gruppenname gruppennamen gruppenbild
gruppenbeschreibung beschreibung geandert erstellt hinzugefugt entfernt verlassen beigetreten mit einladungslink link nachricht
nachrichten anrufe und sind ende zu verschlusselt sicherheitsnummer tippe um mehr erfahren zu von in aus du dich dieser diese
dieses gelöscht geloscht weggelassen ausgelassen verpasster sprachanruf videoanruf

a ont avez avons change modifie cree ajoute retire quitte rejoint le la les l' l un une du de des d' d en et est sont sujet
objet groupe nom description icone message messages appels appel chiffres bout code securite lien invitation via vous ce cette
supprime absent absente omis appuyez savoir plus pour par avec

cambio creo anadio agrego elimino salio unio uso el la los las un una de del al con en y asunto grupo nombre descripcion icono
imagen mensajes mensaje llamadas llamada cifrados extremo codigo seguridad toca obtener mas informacion enlace invitacion usando
tu te se ha has para por omitido omitida

mudou alterou criou adicionou removeu saiu entrou o os as a um uma do da no na de com e assunto grupo nome descricao icone imagem
mensagens mensagem chamadas criptografia ponta codigo seguranca toque saiba mais link convite usando voce este esta ocultado

изменил изменила изменил(а) изменил(-а) создал создала добавил добавила удалил удалила покинул покинула вышел вышла вступил
вступила присоединился присоединилась пригласил пригласила закрепил закрепила тему название группы группу группа группе описание
значок картинку изображение сообщение сообщения и звонки защищены сквозным шифрованием код безопасности по ссылке приглашению с
помощью вы на новое новый из в чат чата канал канала фото видео для пользователь администратор а отсутствует пропущенный

grubu grup adini adi konusunu konu aciklamasini aciklama simgesini resmini olusturdu degistirdi ekledi cikardi ayrildi katildi
grubunu grubun grubuna uctan uca sifreli mesajlar aramalar guvenlik kodu icin dokunun bilgi daha fazla bu davet baglantisini
kullanarak adını açıklamasını katıldı ayrıldı değiştirdi çıkardı oluşturdu sizi siz ve bir ile olarak yonetici mesaj silindi dahil edilmedi kisi

گروه نام موضوع توضیحات نماد عکس تصویر را تغییر داد دادند ساخت ایجاد کرد کردند اضافه حذف ترک پیوست با از به در و این پیام پیام‌ها
تماس تماس‌ها رمزگذاری سرتاسر رمزنگاری کد امنیتی شده شد است برای اطلاعات بیشتر ضربه بزنید لینک دعوت استفاده شما مدیر

endversleuteld heeft hebt zijn het de een onderwerp groep gewijzigd gemaakt toegevoegd verwijderd verlaten berichten gesprekken
endtoendversleuteld beveiligingscode weggelaten via uitnodigingslink
"""

_LETTERS: Final = r"(?:[^\W\d_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670])+"
WORD: Final = re.compile(rf"{_LETTERS}(?:['\u2019\u200c-]{_LETTERS})*")
"""A word of a system line with its marks; an apostrophe, a hyphen or a joiner inside belongs to it."""
APP_WORDS: Final[frozenset[str]] = frozenset(
    part for word in _WRITTEN.split() for part in (fold(word), *re.findall(r"[^\W\d_]+", fold(word)))
)


def others(text: str) -> list[tuple[int, int]]:
    """Stretches of a system line that are no words of the app: names, one stretch a name."""
    found: list[tuple[int, int]] = []
    for m in WORD.finditer(text):
        folded = fold(m[0])
        if folded in APP_WORDS or all(p in APP_WORDS for p in re.findall(r"[^\W\d_]+", folded)):
            continue
        if found and not text[found[-1][1] : m.start()].strip(" \u200c\u200d._-~"):
            found[-1] = (found[-1][0], m.end())
        else:
            found.append((m.start(), m.end()))
    return found
