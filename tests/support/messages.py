"""Providers as they post what people write: Telegram, Meta, an SMS gateway."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from itertools import count
from urllib.parse import urlencode

import httpx

from contract.inbound import Source

BOT = Source(name="bot", kind="telegram", secret="rahasia-bot-kota-yang-panjang", follows=True)
META = Source(name="wa", kind="whatsapp", secret="rahasia-aplikasi-meta", channel="whatsapp", follows=True)
GATEWAY = Source(name="sms", kind="sms", secret="rahasia-gerbang-sms", from_field="pengirim", text_field="isi")
TWIML = replace(GATEWAY, name="sms-xml", form="xml", template="<Response><Message>{text}</Message></Response>")
IN_JSON = replace(GATEWAY, name="sms-json", form="json", template='{"balas": "{text}"}')
ALL = (BOT, META, GATEWAY, TWIML, IN_JSON)
ADDRESS = "/api/v1/inbound/"


@dataclass
class Providers:
    """`client` is one of the city's web server; `sender` writes where nobody else is named."""

    client: httpx.Client
    sender: int = 77_001
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def telegram(
        self,
        text: str | None,
        *,
        sender: int = 0,
        number: int = 0,
        secret: str = BOT.secret,
        chat: str = "private",
    ) -> httpx.Response:
        sender = sender or self.sender
        message = {"message_id": 5, "chat": {"id": sender, "type": chat}, "from": {"id": sender}}
        if text is not None:
            message["text"] = text
        told = {"update_id": number or next(self._numbers), "message": message}
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        return self.client.post(f"{ADDRESS}bot", json=told, headers=headers)

    def said(self, text: str, *, sender: int = 0, number: int = 0) -> str:
        """What Telegram is told to answer, "" for nothing."""
        sender = sender or self.sender
        answer = self.telegram(text, sender=sender, number=number)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert not told or (told["method"], told["chat_id"]) == ("sendMessage", sender)
        return str(told.get("text", ""))

    def whatsapp(
        self, *texts: str, sender: str = "6281234567890", secret: str = META.secret, number: str = ""
    ) -> httpx.Response:
        messages = [
            {"from": sender, "id": number or f"wamid.{next(self._numbers)}", "type": "text", "text": {"body": one}}
            for one in texts
        ]
        told = {"object": "whatsapp_business_account", "entry": [{"changes": [{"value": {"messages": messages}}]}]}
        body = json.dumps(told).encode()
        signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={signed}", "Content-Type": "application/json"}
        return self.client.post(f"{ADDRESS}wa", content=body, headers=headers)

    def sms(
        self,
        text: str,
        *,
        sender: str = "0812 3456 7890",
        secret: str = GATEWAY.secret,
        number: str = "",
        name: str = "sms",
    ) -> httpx.Response:
        form = {"pengirim": sender, "isi": text, "id": number or f"sms-{next(self._numbers)}"}
        headers = {"X-Siaga-Secret": secret, "Content-Type": "application/x-www-form-urlencoded"}
        return self.client.post(f"{ADDRESS}{name}", content=urlencode(form), headers=headers)
