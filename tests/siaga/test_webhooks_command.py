"""`siaga webhooks`: as an operator sets a receiver up, from the secret to the first message."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.receiver import receiver

from alerts.webhookfile import secret_bytes
from faults.parts.stages import siaga


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_from_the_secret_to_the_first_message(tmp_path: Path) -> None:
    """A secret is made, the file is read, the message arrives; what does not fit is one sentence and exit 2 or 3."""
    secret = siaga({}, "webhooks", "secret").stdout
    assert len(secret_bytes(secret.strip(), where="")) == 32
    (tmp_path / "secret").write_text(secret)
    with receiver() as server:
        file = tmp_path / "webhooks.toml"
        file.write_text(f'[[webhook]]\nname = "sirene"\nurl = "{server.url}"\nsecret_file = "secret"\n')
        settings: dict[str, object] = {
            "SIAGA_DATA_FOLDER": tmp_path / "data",
            "SIAGA_WEBHOOKS_FILE": file,
            "SIAGA_OUTWARD_ALLOW": "127.0.0.1/32",
        }
        assert siaga(settings, "webhooks", "list").stdout.split()[:2] == ["sirene", "public"]
        sent = siaga(settings, "webhooks", "test", "sirene")
        assert (sent.returncode, sent.stdout) == (0, "sirene took the message: HTTP 204\n")
        assert b'"siaga.test"' in server.got[0].body
        server.status = 410
        refused = siaga(settings, "webhooks", "test", "sirene")
        assert (refused.returncode, refused.stderr) == (3, "siaga: sirene refused the message: HTTP 410\n")
        unknown = siaga(settings, "webhooks", "test", "bot")
        assert (unknown.returncode, "There are: sirene." in unknown.stderr) == (2, True)
        closed = siaga({**settings, "SIAGA_OUTWARD_ALLOW": ""}, "up")
        assert closed.returncode == 2
        assert "line 3: url" in closed.stderr
        assert secret.strip() not in sent.stdout + sent.stderr + refused.stderr + closed.stderr
