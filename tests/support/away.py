"""A store whose database is gone."""

from __future__ import annotations

from contract.errors import Unavailable


class Away:
    """Every question ends as the port says it does."""

    def __getattr__(self, name: str):
        def asked(*args: object, **kwargs: object) -> object:
            raise Unavailable("the database does not answer")

        return asked
