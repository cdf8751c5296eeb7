"""What headers of tables mean: words of English, German, French, Spanish, Italian, Portuguese and Dutch."""

import re

from analysis.ingest.cells import plain

_WHOSE = re.compile(
    r"athlet\w*( name)?|(your|full|first|last|player) ?name|name|player|subject|participant|user|member|person"
    r"|sportler(in)?|spieler(in)?|(dein|ihr)?e?n? ?(vor|nach)?name|nom( et prenom| complet)?|prenom|joueu(r|se)|sportif"
    r"|nombre( completo| y apellidos?)?|jugador(a)?|atleta|deportista|nome( completo| e cognome)?|giocat(ore|rice)"
    r"|jogador(a)?|naam|speler"
)


def words_of(header: str) -> str:
    """A header as it is compared with words: without accents, brackets and capitals.

    >>> words_of("Charge_(kg)"), words_of("Répétition ")
    ('charge', 'repetition')
    """
    return re.sub(r"[\s_]+", " ", re.sub(r"[(\[].*?[)\]]", "", plain(header))).strip(" :?*.")


def says_whose(header: str) -> bool:
    """Whether a header means the one whose a row is.

    >>> says_whose("Your name"), says_whose("Sportlerin"), says_whose("Exercise Name")
    (True, True, False)
    """
    return _WHOSE.fullmatch(words_of(header)) is not None
