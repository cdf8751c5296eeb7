"""Daily body measures of a scale: kilograms in the column names."""

from analysis.ingest.days.daily import Daily, Item


def _part(metric: str, unit: str) -> Item:
    return Item(metric, test_id="body_composition", unit=unit)


READER = Daily(
    name="body_measures",
    title="daily body measures (CSV)",
    date_header="date",
    items={
        "weightkg": Item("mass", test_id="body_mass", unit="kg"),
        "fatkg": _part("fat_mass", "kg"),
        "boneskg": _part("bone_mass", "kg"),
        "musclekg": _part("muscle_mass", "kg"),
        "leankg": _part("lean_mass", "kg"),
        "fatpercent": _part("fat_percent", "%"),
    },
    needed=("weightkg",),
    user_headers=(
        *("user", "username", "person", "profile", "member", "familymember", "athlete", "nutzer", "benutzer", "profil"),
        *("utilisateur", "usuario", "utente", "utilizador", "perfil", "profilo", "gebruiker", "användare", "bruker"),
    ),
    takes="trials of body_mass and of body_composition (fat, bone, muscle and lean mass, fat in %), several a day "
    "counted; of a file with several users each by name",
    leaves="comments",
).reader()
