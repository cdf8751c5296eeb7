"""What headers of tables mean: words of English, German, French, Spanish, Italian, Portuguese and Dutch."""

import re

from analysis.base.words import plain

_WHOSE = re.compile(
    r"athlet\w*( ?(name|id))?|(your|full|first|last|player) ?name|name|player|subject|participant|user|member|person"
    r"|sportler(in)?|spieler(in)?|(dein|ihr)?(vor|nach)?name|(dein|ihr)( vor| nach)? ?name|wer"
    r"|(votre |ton |le )?(nom|prenom)( et prenom| complet)?|joueu(r|se)|sportif|sportive"
    r"|((tu|su) )?nombre( completo| y apellidos?)?|jugador(a)?|atleta|deportista"
    r"|((il )?tuo |(o )?seu )?nome( completo| e cognome)?|giocat(ore|rice)|jogador(a)?|((je|uw) )?naam|speler|sporter"
)
_FORM_DATES = r"timestamp|zeitstempel|horodat|marca temporal|informazioni cronologiche|carimbo|tijdstempel"

# field -> what a header that means it contains; the first that fits counts
FIELDS: dict[str, str] = {
    "date": r"^date|^session date|test date|datum|fecha|^data( |$)|^day$|^tag$|^jour$|^dia$|^giorno$|^dag$|"
    + _FORM_DATES,
    "exercise": r"exercise|^lift$|movement|ubung|exercice|ejercicio|esercizio|exercicio|oefening",
    "side": r"^side|^leg$|^limb|seite|^bein|cote|jambe|lado|pierna|^lato|gamba|perna|^zijde",
    "rep_no": r"^rep(etition)?( ?(no|number|#|id|nr|n))?$|^wiederholung$|^wdh nr$"
    r"|^repeticion$|^ripetizione$|^repeticao$|^herhaling$",
    "reps": r"^reps|wiederh|^wdh|repeticiones|repeticoes|ripetizioni|repetitions|herhalingen|^nrm$",
    "set_no": r"^set\b|^satz|^serie",
    "sets": r"^sets$|^satze$|^series$",
    "load_kg": r"load|weight(?!.*body)|gewicht|^last$|charge|poids|carga|peso|carico|^kilos$|^kg$",
    "rpe_cr10": r"\brpe\b|exertion|anstrengung|\bborg\b|how hard|wie hart|effort|esfuerzo|sforzo|esforco|inspanning",
    "duration_s": r"duration|^minutes|dauer|^minuten|^min$|duree|duracion|durata|duracao|duur|^minutos|^minuti"
    r"|how long|wie lange",
    "rom_m": r"\brom\b|range of motion|displacement|bewegungsumfang|amplitude|recorrido|desplazamiento|escursione",
    "power_w": r"power|leistung|puissance|potencia|potenza|vermogen",
    "hinge_angle_deg": r"hinge|hip angle|huftwinkel",
    "item": r"^variable|^item|^question|^measure$|^frage|^variabl|^pregunta|^domanda|^pergunta|^vraag",
    "value": r"^value|^score$|^answer|^wert|^antwort|^valeur|^reponse|^valor|^respuesta|^risultato|^risposta|^resposta"
    r"|^result|^waarde|^antwoord",
    "test_id": r"^test|^screen|^prueba|^prova|^epreuve",
    "metric": r"^metric|^parameter|^kennwert|^parametr",
    "unit": r"^units?$|^einheit|^unite|^unidad|^unita|^unidade|^eenheid",
    "trial_no": r"trial|attempt|versuch|essai|intento|tentativ|^poging",
    "split_no": r"^split( ?(no|number|#))?$|^lap|^runde|^vuelta|^giro$|^volta",
    "sport": r"^sport|activity|aktivitat|activite|actividad|attivita|atividade|activiteit|disciplin",
    "distance_m": r"distan|^gate|^dist\b|entfernung|strecke|^km$|afstand|kilomet",
    "time_s": r"^time|^split time|^zeit|^temps|^tiempo|^tempo|^tijd|chrono|laufzeit",
    "mean_heart_rate_bpm": r"heart ?rate|^(avg |mean )?hr$|herzfrequenz|^puls|frequence cardiaque|^fc\b|frecuencia card"
    r"|frequenza card|frequencia card|hartslag",
    "device": r"device|gerat|appareil|dispositiv|apparaat",
    "video_url": r"^video|^clip$|^film$",
    "notes": r"note|comment|remark|kommentar|bemerkung|notiz|remarque|nota|comentario|observac|osservazion|opmerking",
}
VELOCITY = (
    r"veloc|speed|vitesse|geschw|snelheid|\bvel\b|\b(mv|mpv|mcv|acv|pv|vm|vmp|mvp|vmax|vmed|vmoy|vmittel|vpeak)\b"
    r"|\bv ?(mean|max|peak|avg|mittel|mittl|moy|med|media|media prop|propuls)"
)
VELOCITIES = {
    "mean_propulsive_velocity_m_s": r"propuls|\b(mpv|vmp|mvp)\b",
    "peak_velocity_m_s": r"peak|\bpv\b|spitze|pico|picco|max|piek|pointe",
}
FELT = (
    r"sleep|slept|schlaf|sommeil|sueno|sonno|\bsono|slaap|sore|muskelkater|courbature|agujetas|dolor|indolenz|\bdor(es)?\b"
    r"|spierpijn|fatig|ermudung|mudig|stanch|fadiga|cansa|vermoei|mood|stimmung|humeur|animo|umore|humor|stemming|stress"
    r"|estres|fatic|affatic|energ|readiness|motiv|wellness|wellbeing|\bhrv\b|rmssd|resting|ruhepuls|recovery|erholung|recuper|herstel"
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


def means(header: str, pattern: str) -> bool:
    """Whether the words of a header have something of a pattern in them."""
    return re.search(pattern, words_of(header)) is not None
