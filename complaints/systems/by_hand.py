"""What people do where programs cannot: key in a number, say what became of what was sent, take over a list of
statuses from the other system's export."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from complaints.casework import Casework
from complaints.systems.answers import heard
from complaints.systems.port import ForeignUpdate, SystemInfo
from contract.errors import BadInput, Rejected
from store.filings import Filing
from store.ports import CityStore

NUMBER_MOST = 80
CSV_MOST = 2 * 1024 * 1024
ROWS_MOST = 20_000
_NUMBER = ("nomor", "no", "no.", "number", "tracking id", "trackingid", "id", "nomor laporan", "no laporan")
_STATUS = ("status", "keadaan", "state")
_TEXT = ("keterangan", "catatan", "tanggapan", "jawaban", "note", "description", "comment")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an export; `line` is where it stands in the file, from 1."""

    line: int
    foreign: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an export: how many lines told something, how many were known, and what could not be used."""

    told: int
    known: int
    strangers: Sequence[Row]
    untranslated: Sequence[Row]


def numbered(cities: CityStore, info: SystemInfo, filing: Filing, foreign: str, now_us: int) -> Filing:
    """A person filed it there, under this number. Raises BadInput for no number, one that another case has, and where
    somebody else was faster."""
    foreign = " ".join(foreign.split())
    if not foreign or len(foreign) > NUMBER_MOST or not foreign.isprintable():
        raise BadInput(
            "there is no number", where="number", remedy=f"1 to {NUMBER_MOST} characters, as it stands there."
        )
    filed = replace(
        filing, state="filed", foreign=foreign, url=info.page_of(foreign), sent_us=None, said="", told_us=now_us
    )
    try:
        kept = cities.change_filing(filed)
    except Rejected as error:
        raise BadInput(str(error), where="number", remedy="Check the number.") from None
    return _kept(kept)


def not_there(cities: CityStore, filing: Filing, now_us: int) -> Filing:
    """A person looked, and it is not there: it is sent once more."""
    return _kept(cities.change_filing(replace(filing, state="waiting", sent_us=None, next_us=now_us, said="")))


def left_out(cities: CityStore, filing: Filing) -> Filing:
    """It does not belong there: nothing more is tried."""
    return _kept(cities.change_filing(replace(filing, state="closed", sent_us=None)))


def _kept(filing: Filing | None) -> Filing:
    if filing is None:
        raise BadInput("somebody else was faster", where="filing", remedy="Look at the list again.")
    return filing


def read_export(raw: bytes) -> Sequence[Row]:
    """Lines of a CSV as people have it: UTF-8 with or without a mark, UTF-16 or Windows letters, with commas,
    semicolons or tabs. Raises BadInput that says what is missing."""
    if len(raw) > CSV_MOST:
        raise BadInput(f"the file has more than {CSV_MOST} bytes", where="csv", remedy="Export less at once.")
    text = _text(raw)
    lines = text.splitlines()
    # Excel writes which sign it used into a line of its own.
    skipped = 1 if lines and lines[0].lower().startswith("sep=") else 0
    sign = lines[0][4:5] if skipped else ""
    head = next((line for line in lines[skipped:] if line.strip()), "")
    sign = sign or max((";", "\t", ","), key=head.count)
    try:
        table = list(csv.reader(io.StringIO("\n".join(lines[skipped:])), delimiter=sign))
    except csv.Error as error:
        raise BadInput(f"the table cannot be read: {error}", where="csv", remedy="Save it as CSV once more.") from None
    start = next((at for at, cells in enumerate(table) if any(cell.strip() for cell in cells)), None)
    if start is None:
        raise BadInput("the table is empty", where="csv", remedy="It needs the columns nomor and status.")
    names = [" ".join(cell.split()).casefold() for cell in table[start]]
    number, status, note = (_column(names, known) for known in (_NUMBER, _STATUS, _TEXT))
    if number is None or status is None:
        missing = "nomor" if number is None else "status"
        raise BadInput(
            f"there is no column {missing} among: {', '.join(names)[:200]}",
            where="csv",
            remedy="The first line names the columns: nomor; status; keterangan.",
        )
    if len(table) - start - 1 > ROWS_MOST:
        raise BadInput(f"there are more than {ROWS_MOST} lines", where="csv", remedy="Export less at once.")
    found = []
    for at, cells in enumerate(table[start + 1 :], start=start + 2 + skipped):
        picked = [cells[one].strip() if one is not None and one < len(cells) else "" for one in (number, status, note)]
        if picked[0] and picked[1]:
            found.append(Row(at, *picked))
    return found


def take_export(
    cities: CityStore, work: Casework, city: str, info: SystemInfo, rows: Sequence[Row], now_us: int
) -> Taken:
    """What each line says, told to our cases. Taken twice it is taken once."""
    told, known = 0, 0
    strangers, untranslated = [], []
    for row in rows:
        filing = cities.filing_under(city, info.name, row.foreign)
        if filing is None:
            strangers.append(row)
            continue
        status = info.status_of(row.word)
        if status is None:
            untranslated.append(row)
        update = ForeignUpdate(row.foreign, row.word, status, row.text)
        if heard(cities, work, info, filing, update, now_us) == "nothing":
            known += 1
        else:
            told += 1
    return Taken(told, known, strangers, untranslated)


def _column(names: Sequence[str], known: Sequence[str]) -> int | None:
    return next((names.index(one) for one in known if one in names), None)


def _text(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput("the file is no text", where="csv", remedy="Save the table as CSV, not as .xlsx.")
