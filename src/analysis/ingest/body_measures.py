"""Daily body measures of a scale: kilograms in the column names."""

from analysis.ingest.daily import Daily, Item

READER = Daily(
    "body_measures",
    "daily body measures (CSV)",
    "date",
    {
        "weightkg": Item("body_mass_kg"),
        "fatkg": Item("fat_mass_kg"),
        "boneskg": Item("bone_mass_kg"),
        "musclekg": Item("muscle_mass_kg"),
        "leankg": Item("lean_mass_kg"),
        "fatpercent": Item("body_fat_percent", scale=(0, 100)),
    },
    ("weightkg",),
    "body mass and its parts as wellness, neutral: no direction is good in itself",
    "comments",
).reader()
