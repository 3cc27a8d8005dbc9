"""Keys are written where nobody has prepared anything."""

from __future__ import annotations

import os
from pathlib import Path

from fleet import files


def test_a_key_flows_into_no_link_that_was_laid(tmp_path: Path) -> None:
    """Whoever guesses the name under which a file is written first, and lays a link there, gets nothing."""
    victim = tmp_path / "elsewhere"
    victim.write_text("untouched")
    for number in range(os.getpid() - 2, os.getpid() + 3):
        (tmp_path / f".tls.key.{number}").symlink_to(victim)
    files.write(tmp_path / "tls.key", b"key", files.PRIVATE)
    assert victim.read_text() == "untouched"
    assert not (tmp_path / "tls.key").is_symlink()
    assert (tmp_path / "tls.key").read_bytes() == b"key"
    assert (tmp_path / "tls.key").stat().st_mode & 0o777 == files.PRIVATE
