"""The city store as one object."""

from __future__ import annotations

from contextlib import ExitStack

from store.city.audit import AuditTables
from store.city.bulletins import BulletinTable
from store.city.cap_alerts import CapAlertTable
from store.city.chain import ChainTables
from store.city.database import Database
from store.city.decisions import DecisionTable
from store.city.desk import DeskTables
from store.city.duty import DutyTables
from store.city.engine import EngineTables
from store.city.filings import FilingTables
from store.city.forecasts import ForecastTable
from store.city.impacts import ImpactTables
from store.city.inbound import InboundTables
from store.city.judgements import JudgementTables
from store.city.notices import NoticeTable
from store.city.outbox import OutboxTable
from store.city.photos import PhotoTables
from store.city.phrases import PhraseTables
from store.city.post_links import PostLinkTable
from store.city.presence import PresenceTable
from store.city.proposals import ProposalTables
from store.city.quarantine import QuarantineTable
from store.city.registry import RegistryTables
from store.city.reports import ReportTables
from store.city.security import SecurityTables
from store.city.sends import SendTables
from store.city.situations import SituationTable
from store.city.staging import StageTables
from store.city.subscriptions import SubscriptionTable
from store.city.takedowns import TakedownTable
from store.city.travels import TravelTable
from store.city.weather import WeatherTables


class SqlCityStore(
    RegistryTables,
    PresenceTable,
    QuarantineTable,
    EngineTables,
    OutboxTable,
    DeskTables,
    ReportTables,
    FilingTables,
    PhotoTables,
    DecisionTable,
    ProposalTables,
    StageTables,
    PostLinkTable,
    JudgementTables,
    ImpactTables,
    SituationTable,
    TakedownTable,
    TravelTable,
    ForecastTable,
    DutyTables,
    BulletinTable,
    ChainTables,
    PhraseTables,
    InboundTables,
    SendTables,
    CapAlertTable,
    NoticeTable,
    SubscriptionTable,
    WeatherTables,
    AuditTables,
    SecurityTables,
):
    """`CityStore` with SQLAlchemy. Safe to share between threads."""

    @classmethod
    def open(cls, url: str, *, migrate: bool = True) -> SqlCityStore:
        """Connect, and bring the schema up to date or refuse an old one. See `store.open_city`."""
        from store.migrations import upgrade

        with ExitStack() as unless_opened:
            database = Database(url)
            unless_opened.callback(database.close)
            upgrade.ensure(database, migrate=migrate)
            unless_opened.pop_all()
        return cls(database)

    def ping(self) -> None:
        """See `CityStore.ping`."""
        with self._db.read() as connection:
            connection.exec_driver_sql("SELECT 1").scalar_one()

    def close(self) -> None:
        """Let go of every connection."""
        self._db.close()
