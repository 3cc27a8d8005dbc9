"""What every table of the city database is written with: one naming of constraints, and the columns that recur."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Integer, MetaData, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows only in a column that is called INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")


def text_(name: str, default: str | None = None) -> Column[str]:
    """`default`: what rows have that were there before the column."""
    return Column(name, Text, nullable=False, server_default=default)


def us(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def maybe_us(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=True)


def float_(name: str) -> Column[float]:
    return Column(name, Float(53), nullable=False)


def where(condition: str) -> dict[str, Any]:
    """An index of these rows alone."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def city_() -> Column[str]:
    return Column("city", Text, ForeignKey("cities.code"), primary_key=True)


def code_(name: str = "code") -> Column[str]:
    return Column(name, Text, primary_key=True)
