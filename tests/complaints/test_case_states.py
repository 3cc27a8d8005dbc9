"""What a case may become, and by whose word."""

from __future__ import annotations

import pytest

from contract.case import CASE_STATUSES, ENDED, CaseStatus, moves, word_of


@pytest.mark.parametrize("status", CASE_STATUSES)
def test_nobody_speaks_for_another(status: CaseStatus) -> None:
    """An officer never says what the readings or a resident would have to say, and nobody un-looks at a case."""
    assert not moves(status, "officer") & {"submitted", "fixed_by_resident", "fixed_by_sensor"}
    assert "fixed_by_sensor" not in moves(status, "resident")
    assert "fixed_by_resident" not in moves(status, "sensor")
    assert all(status not in moves(status, hand) for hand in ("officer", "resident", "sensor"))


@pytest.mark.parametrize("status", sorted(ENDED))
def test_what_is_over_is_opened_or_hidden_and_nothing_else(status: CaseStatus) -> None:
    """An end is not exchanged for another end, but for going out of sight."""
    assert moves(status, "officer") <= {"confirmed", "hidden"}
    assert moves(status, "sensor") <= {"confirmed"}


@pytest.mark.parametrize("status", ["duplicate", "not_ours", "hidden"])
def test_readings_do_not_open_what_is_elsewhere(status: CaseStatus) -> None:
    """A double, another's case and one out of sight are for officers."""
    assert not moves(status, "sensor")
    assert not moves(status, "resident")


def test_a_done_is_disputed_from_the_place() -> None:
    """The gauge and the resident may say that it is not done, whoever said that it was."""
    for status in ("fixed", "fixed_by_resident", "fixed_by_sensor", "no_further_action"):
        assert "confirmed" in moves(status, "sensor")
        assert "confirmed" in moves(status, "resident")


def test_five_words_outside() -> None:
    """People are told one of five words, and each has its states."""
    assert {word_of(status) for status in CASE_STATUSES} == {"received", "checked", "in_progress", "done", "not_ours"}
    assert word_of("submitted") == "received"
