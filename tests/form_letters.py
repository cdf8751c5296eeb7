"""Letters as a phone seals them, in Python: what the form does in the browser, for tests that need no browser."""

import base64
import json
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from drop_folder import ROSTER, drop, workspace

from analysis.sealing import letter
from analysis.workspace import Workspace, intake
from analysis.workspace.form_letters import form_keys

ITEMS = [
    {"item": "sleep", "value": 7, "low": 1, "high": 10, "direction": "higher_better"},
    {"item": "soreness", "value": 3, "low": 1, "high": 10, "direction": "lower_better"},
]
SETS = [
    {"exercise": "romanian_deadlift", "load": 60, "unit": "kg", "reps": 8, "rir": 2, "clean": 6, "break": "flexion"},
    {"exercise": "romanian_deadlift", "load": 60, "unit": "kg", "reps": 8, "rir": 1},
]
TRAINED = {"what": "strength", "status": "done", "role": "day_1", "minutes": 60, "rpe": 7, "sets": SETS}


def answer(workspace: Workspace, form_id: str, athlete: str, kind: str = "morning", days: int = 0, **more) -> dict:
    """An answer of today, or of so many days before, with whatever else it says."""
    now = workspace.now().tz_convert(workspace.config.zone).to_pydatetime()
    about = {
        "form": form_id,
        "athlete": athlete,
        "kind": kind,
        "day": (now - timedelta(days=days)).date().isoformat(),
        "written_at": now.isoformat(timespec="seconds"),
        "sequence": int(datetime.now().timestamp()),
        "id": secrets.token_hex(8),
    }
    said = {"items": ITEMS} if kind == "morning" else TRAINED if kind.startswith("session") else {}
    return about | said | more


def sealed(workspace: Workspace, *answers: dict, key_of: str | None = None) -> str:
    """A letter with these answers, each under the key of its form, or of that of another athlete."""
    keys = form_keys(workspace)
    signed = []
    for one in answers:
        text = json.dumps(one, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()  # as a browser has it
        key = keys.of_form(one["form"], one["athlete"] if key_of is None else key_of)
        signed.append({"text": text, "mac": b64(letter.mac_of(text, key))})
    return sealed_to(keys.public(), json.dumps({"answers": signed}).encode())


def sealed_to(public: bytes, content: bytes) -> str:
    """A letter with any content."""
    own = ec.generate_private_key(ec.SECP256R1())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    nonce = os.urandom(12)
    key = letter.sealing_key(own.exchange(ec.ECDH(), theirs), point, public)
    locked = AESGCM(key).encrypt(nonce, content, b"workbook_answer 1" + point)
    return json.dumps({"workbook_answer": 1, "key": b64(point), "nonce": b64(nonce), "sealed": b64(locked)})


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def put(workspace: Workspace, name: str, text: str) -> Path:
    """The file in the drop folder."""
    path = workspace.raw_folder / name
    path.write_text(text, encoding="utf-8")
    return path


def alder_and_birch(folder: Path) -> Path:
    """A closed workspace with two athletes."""
    made = workspace(folder)
    drop(made.folder, "athletes.csv", ROSTER + "Alder,alder1,F,2000,,,\nBirch,birch1,M,2001,,,\n")
    assert take(made)[0].state == "taken"
    made.store.close()
    return made.folder


def take(squad: Workspace, **how) -> list[intake.Outcome]:
    files = intake.files_below([squad.raw_folder])
    return [one for one in intake.ingest(squad, files, **how) if one.state != "known" or one.error]


def refused(squad: Workspace, text: str, name: str = "letter.txt") -> str:
    """Why a letter is refused; nothing of it is stored."""
    before = {name: len(squad.store.frame(name)) for name in ("wellness", "sessions", "sets", "answers", "files")}
    path = put(squad, name, text)
    (outcome,) = (one for one in take(squad) if one.path == path)
    assert outcome.state == "failed"
    assert {name: len(squad.store.frame(name)) for name in before} == before
    return outcome.error
