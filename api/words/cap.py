"""What the city's CAP alerts and their feed are called."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "cap_flood": Text("Banjir", "Flood"),
    "cap_title": Text("Peringatan banjir {city}", "Flood warnings of {city}"),
    "cap_drills": Text("Latihan peringatan {city}", "Warning drills of {city}"),
}
