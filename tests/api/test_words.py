"""Both languages are complete, and no page speaks outside the catalogue."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import api
from alerts.rules import Severity
from api import casework_page
from api.alarms import ANSWERS
from api.alarms import Cause as AlarmCause
from api.cases import STEPS
from api.casework_page import ACTIONS
from api.casework_page import ANSWERS as READY_ANSWERS
from api.chain import COLUMNS as CONTACT_COLUMNS
from api.chain import TABLE_CODES as CONTACT_TABLE_CODES
from api.console import WORDED as WORDED_REFUSALS
from api.console import StageState
from api.contacts_page import REFUSALS as CONTACT_REFUSALS
from api.contacts_page import TOLD as CONTACTS_TOLD
from api.crests import Why as WhyComing
from api.duty_forms import READY as READY_REASONS
from api.duty_page import SAID as CAME
from api.errors import WORDED
from api.follow_page import FIELDS as FOLLOW_FIELDS
from api.impacts_page import TOLD as IMPACTS_TOLD
from api.inbox import GROUPS
from api.invitations import FOR_PEOPLE
from api.judging_page import TOLD as JUDGE_TOLD
from api.judging_page import WRONG
from api.language import Speech
from api.links_page import GROUPS as LINK_GROUPS
from api.links_page import ORDER as LINK_STATES
from api.map import LAYERS
from api.misses_page import TOLD as MISS_TOLD
from api.nodes import KINDS, ORDERS
from api.people import TOLD
from api.photos_page import NEWS as PHOTO_NEWS
from api.reached import Delivery
from api.reached import Why as WhyFailed
from api.report_page import WRONG as REPORT_WRONG
from api.roster import REPEATS
from api.roster_page import TOLD as ROSTER_TOLD
from api.situations_page import REFUSED as SITUATION_REFUSED
from api.situations_page import SAID as SITUATION_SAID
from api.situations_page import WRONG as SITUATION_WRONG
from api.staging import REFUSALS
from api.staging_page import TOLD as STAGE_TOLD
from api.status import NodeState, Why
from api.surveying import REFUSALS as SURVEY_REFUSALS
from api.surveying import Became
from api.systems_page import ACTIONS as SYSTEM_ACTIONS
from api.systems_page import TOLD as SYSTEMS_TOLD
from api.takedowns_page import SAID as TAKEDOWN_SAID
from api.takedowns_page import WRONG as TAKEDOWN_WRONG
from api.telling import DEEDS, FACTS, KNOCKS, REASONS, WAYS
from api.telling import FAMILIES as DEED_FAMILIES
from api.voices_page import TOLD as VOICES_TOLD
from api.words import FAMILIES, WORDS
from cities.impacts import COLUMNS, TABLE_CODES
from complaints import casework
from complaints.photos.decoding import WRONG as PHOTO_WRONG
from complaints.photos.doubts import What as Doubted
from contract.bulletin import KINDS as BULLETIN_KINDS
from contract.case import CASE_STATUSES
from contract.chain import CONTACT_ROLES
from contract.chain import LANGUAGES as CONTACT_LANGUAGES
from contract.city import Datatype
from contract.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from contract.decision import KINDS as KINDS_OF_DECISION
from contract.decision import MATCHERS, WINDOWS
from contract.duty import CHANNEL_KINDS
from contract.impact import DEPTHS, Change, Outcome
from contract.impact_check import CODES
from contract.incident import Source, State, What
from contract.judgement import VERDICTS, VERDICTS_FOUND
from contract.kinds import fields_of
from contract.levels import Level
from contract.messages import CheckName
from contract.phrase import PHRASE_LANGUAGES
from contract.promise import PAUSE_REASONS
from contract.reach import SEND_STATES
from contract.reach_shown import Budget
from contract.roles import ROLES
from contract.situation import KINDS as SITUATION_KINDS
from contract.sound import SOUND_CODES
from contract.staging import BREADTH
from contract.subscription import REACH_KINDS, TOPICS
from contract.takedown import WHATS as TAKEDOWN_WHATS
from contract.weather import SEVERITIES
from store.audit import How
from store.book import EntryState
from store.cases import REPORT_SOURCES
from store.filings import FILING_STATES
from store.people import Place, Proposed
from store.photos import PHOTO_KINDS
from store.ports import Cause

HOME = Path(api.__file__).parent
TEMPLATES = sorted((HOME / "templates").glob("*.*"))
NOW = 1_769_223_600 * SECOND_US  # 24 January 2026, 10.00 WIB
REFUSED = ("title", "changed", "last_admin", "own_proposal", "not_an_admin", "unknown_person")
COUNTED = ("people_count", "keys_count", "audit_whole", "turned_away_count")
SAID = re.compile(r"""(?:\bt|\bspeech|\bself|\bsay)\(\s*f?['"]([a-z0-9_]+)(['"])""")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def of_duty() -> set[str]:
    """Those of the duty room."""
    sentences = ("no_person", "no_rung", "no_time", "no_times", "too_many", "no_channel", "no_ways", "trial_wrong")
    return {
        *(f"duty_came_{said}" for said in (*CAME, "late", "refused", "again", "waiting")),
        *(f"duty_kind_{kind}" for kind in CHANNEL_KINDS),
        *(f"duty_address_{kind}" for kind in CHANNEL_KINDS),
        *(f"duty_wrong_{one}" for one in READY_REASONS),
        *(f"duty_repeat_{one}" for one in REPEATS),
        *(f"weekday_{number}" for number in range(7)),
        *(f"duty_{one}" for one in sentences),
        *ROSTER_TOLD.values(),
        "duty_elsewhere",
        "duty_elsewhere_one",
        "duty_paused",
        "duty_order_twice",
        "duty_seen_choose",
        "duty_watcher",
        "duty_watcher_silent",
    }


def refused_codes() -> set[str]:
    """Why an officer's wish cannot be, as the code itself says it."""
    source = "".join(Path(module.__file__ or "").read_text() for module in (casework, casework_page))
    return set(re.findall(r"(?:Refused|Stale)\(\s*\"(\w+)\"", source))


def built() -> set[str]:
    """Keys that pages put together from a value."""
    cameras = next(field for field in fields_of("crowd") if field.name == "camera").choices
    return {
        *(f"level_{level.name.lower()}" for level in Level),
        *(f"weather_severity_{one.lower()}" for one in SEVERITIES),
        *(f"trend_{trend}" for trend in ("rising", "falling", "steady")),
        *(f"state_{state}" for state in NodeState),
        *(f"why_{one}" for one in get_args(Why)),
        *(f"kind_{kind}" for kind in KINDS),
        *(f"order_{order}" for order in ORDERS),
        *(f"camera_{word}" for word in cameras if word != "ok"),
        *(f"layer_{layer}" for layer in LAYERS),
        *(f"case_{step}" for step in (*STEPS, "not_ours")),
        *(f"change_{what}" for what in What),
        *(f"change_by_{source}" for source in get_args(Source) if source != "sensor"),
        *(f"source_{source}" for source in ("sensor", "citizen")),
        *(f"check_{name}" for name in get_args(CheckName)),
        *(f"author_{author}" for author in ("sensor", "warga", "siaga")),
        *(f"wifi_{word}" for word in ("up", "down", "unknown")),
        *(f"{unit}{one}" for unit in ("hours", "minutes", "seconds") for one in ("", "_one")),
        *(f"error_{code}_{part}" for code in sorted(WORDED) for part in ("title", "text")),
        *(f"role_{role}" for role in ROLES),
        *(f"audience_{one}" for one in BREADTH),
        *STAGE_TOLD.values(),
        *JUDGE_TOLD.values(),
        *MISS_TOLD.values(),
        *(f"judge_wrong_{field}" for field in WRONG),
        *(f"verdict_{one}{text}" for one in VERDICTS for text in ("", "_text")),
        *(f"found_{one}_text" for one in VERDICTS_FOUND),
        *(f"found_judged_{one}" for one in VERDICTS_FOUND),
        "judge_refused",
        *(f"prompt_ground_{one}" for one in ("witness", "officer", "clock")),
        "called_wrong",
        "confirmed_at",
        *(f"doorstep_{one}" for one in ("now", "at_least", "more", "more_one", "outdated", "outdated_one")),
        *(f"depth_{one}" for one in DEPTHS),
        *IMPACTS_TOLD.values(),
        *(f"impact_wrong_{one}" for one in (*CODES, *TABLE_CODES)),
        *(f"impact_refused_{why}" for why in SURVEY_REFUSALS),
        *(f"impact_change_{one}" for one in get_args(Change)),
        *(f"impact_outcome_{one}" for one in get_args(Outcome) if one),
        *(f"impact_became_{one}" for one in get_args(Became)),
        *(f"impact_col_{one}" for one in (*COLUMNS, "datum") if one != "gauge"),
        *("impact_none_chosen", "impact_some_failed", "impact_count", "impact_count_one"),
        *CONTACTS_TOLD.values(),
        *SYSTEMS_TOLD,
        *(f"system_done_{one}" for one in SYSTEM_ACTIONS),
        *(f"desk_{one}" for one in ("away", "by_hand", "left_out", "not_here", "unclear", "waits")),
        *(f"links_{one}" for one in (*LINK_STATES, "unwell", "unwell_one")),
        *(f"links_group_{one}" for one in LINK_GROUPS),
        *(f"system_state_{one}" for one in FILING_STATES),
        *(f"siren_{one}" for one in ("not", "not_title", "do_sound", "do_stop")),
        *(f"siren_said_{one}" for one in ("not_needed", "still_needed")),
        *(f"siren_state_{one}" for one in ("waiting", "delivered", "abandoned")),
        *(f"contact_wrong_{one}" for one in (*CONTACT_COLUMNS, *CONTACT_TABLE_CODES)),
        *(f"contact_refused_{why}" for why in CONTACT_REFUSALS),
        *(f"contact_role_{one}" for one in CONTACT_ROLES),
        *(f"contact_language_{one}" for one in CONTACT_LANGUAGES),
        *(f"bulletin_{kind}" for kind in BULLETIN_KINDS),
        *(f"{many}{one}" for many in ("contacts_count", "contact_troubles", "contact_more") for one in ("", "_one")),
        *(f"voice_language_{one}" for one in PHRASE_LANGUAGES),
        *VOICES_TOLD.values(),
        *("poster_scan", "poster_from"),
        *(f"sound_wrong_{one}" for one in SOUND_CODES),
        *("voice_changed", "voice_unknown", "voice_wrong_text", "voice_wrong_speaker"),
        *("voice_to_check", "voice_to_check_one"),
        *(f"follow_wrong_{one}" for one in FOLLOW_FIELDS),
        *(f"follow_kind_{one}" for one in REACH_KINDS),
        *(f"reached_{one}" for one in ("active", "paused", "pending", "bounced", "all", "all_one")),
        *(f"reached_{one}" for one in get_args(Delivery) if one != "on"),
        *(f"reached_{one}" for one in get_args(Budget) if one != "fine"),
        *(f"reached_why_{one}" for one in get_args(WhyFailed)),
        *(f"send_{one}{text}" for one in SEND_STATES for text in ("", "_means")),
        *(f"follow_topic_{one}" for one in TOPICS),
        *(f"follow_{one}{how}" for one in ("code", "known") for how in ("", "_brief")),
        *("follow_subject", "follow_too_many", "follow_wrong_code", "follow_nothing_done"),
        *(
            "follow_shut_title",
            "follow_shut",
            "follow_left_title",
            "follow_leave_title",
            "follow_left",
            "follow_leave_lead",
        ),
        *("rw_reason_missing", "rw_unknown_word", "rw_not_yours", "contacts_not_kept"),
        "judge_count",
        "judge_count_one",
        *(f"stage_refused_{why}" for why in REFUSALS),
        "kind_rule",
        "kind_node",
        "stages_count",
        "stages_count_one",
        "flagged_points",
        "flagged_points_one",
        "console_grave",
        "console_grave_one",
        *(f"account_{wrong}" for wrong in ("shape", "taken")),
        *(f"password_{wrong}" for wrong in ("short", "long", "guessable", "differs", "changed")),
        *(f"sign_in_{wrong}" for wrong in ("wrong", "slow")),
        *(f"proposal_{what}" for what in get_args(Proposed)),
        *TOLD.values(),
        *(f"refused_{why}" for why in REFUSED),
        *(f"may_{role}" for role in (*FOR_PEOPLE, "service")),
        *(f"area_{wrong}" for wrong in ("role", "agency", "officer", "region")),
        *(f"cause_{cause}" for cause in get_args(Cause) if cause not in {"", "node"}),
        "points_behind",
        "points_at",
        "points_on_feeder",
        *(f"link_{whose}" for whose in ("invitation", "password", "confirmed")),
        *(f"key_{wrong}" for wrong in ("label_missing", "days", "revoked")),
        *(f"key_is_{state}" for state in ("revoked", "over")),
        *(
            f"office_{page}"
            for page in (
                "people",
                "keys",
                "posts",
                "audit",
                "refused",
                "stages",
                "judging",
                "misses",
                "impacts",
                "contacts",
                "reached",
                "voices",
            )
        ),
        "post_beyond",
        *(f"post_{wrong}" for wrong in ("figure", "clock", "slip", "unknown", "name_missing", "link_revoked")),
        *(f"post_state_{state}" for state in get_args(EntryState)),
        *(f"release_{wrong}" for wrong in ("dam", "amount", "clock", "hours")),
        *(f"release_{one}" for one in ("dam_label", "discharge", "opening", "begins", "lasts", "source")),
        *("post_waiting", "post_waiting_one"),
        *(f"openid_{why}" for why in ("failed", "denied", "away", "closed", "no_role", "no_account", "taken", "other")),
        *(f"audit_broken_{how}" for how in get_args(How)),
        *(f"door_{door}" for door in get_args(Place)),
        *(f"deed_{deed.strip('.').replace('.', '_')}" for deed in (*DEEDS, *DEED_FAMILIES)),
        *(f"actor_{who}" for who in ("system", "public")),
        *(f"fact_{name}" for name in FACTS),
        *(f"turned_{reason}" for reason in REASONS),
        *(f"knock_{knock.replace(' ', '_').replace('-', '_')}" for knock in KNOCKS),
        *(f"way_{way.replace(' ', '_')}" for way in WAYS),
        *(f"proposed_{what}" for what in get_args(Proposed)),
        *(
            f"{many}{one}"
            for many in ("people_count", "keys_count", "audit_whole", "turned_away_count")
            for one in ("", "_one")
        ),
        *(f"answer_{one}" for one in ANSWERS),
        *(f"cause_{one}" for one in get_args(AlarmCause)),
        *(f"coming_{why}" for why in (*get_args(WhyComing), "rising")),
        *(f"alarm_{state}" for state in State),
        *(f"{prefix}_{kind}" for prefix in ("done", "did") for kind in KINDS_OF_DECISION),
        *(f"decided_{reason}" for reason in WORDED_REFUSALS),
        *(f"stage_{state}" for state in get_args(StageState)),
        *(f"stage_{stage}" for stage in ("readings", "ingest", "alerts", "api", "watch", "weather")),
        *(f"open311_{datatype}" for datatype in get_args(Datatype)),
        *(f"severity_{severity}" for severity in get_args(Severity)),
        *(f"matcher_{name}" for name in MATCHERS),
        *(f"held_window_{what}" for what in WINDOWS),
        *(f"{many}{one}" for many in ("console_open", "console_waiting", "console_again") for one in ("", "_one")),
        *(f"key_{key}" for key in ("jk", "a", "t", "c", "s", "e", "l", "slash", "help", "escape")),
        *("no_reason", "no_text", "no_person", "no_level", "decision_wrong"),
        *(f"report_wrong_{one}" for one in REPORT_WRONG),
        *(f"takedown_wrong_{one}" for one in TAKEDOWN_WRONG),
        *(f"takedown_what_{one}" for one in TAKEDOWN_WHATS),
        *TAKEDOWN_SAID.values(),
        *("takedown_hidden", "takedown_refused", "takedown_waiting", "takedown_waiting_one"),
        *("takedown_late", "takedown_late_one", "takedown_answered", "takedown_many"),
        *(f"situation_wrong_{one}" for one in SITUATION_WRONG),
        *(f"situation_{one}" for one in SITUATION_REFUSED),
        *(f"situation_kind_{one}" for one in SITUATION_KINDS),
        *("situation_earlier", "situation_earlier_one"),
        *SITUATION_SAID.values(),
        *("report_erased", "report_replied", "report_reply_over"),
        *("report_joined", "report_joined_one", "report_gone", "report_gone_title"),
        *("photo_sent", "photo_sent_one"),
        *(f"work_group_{one}" for one in GROUPS),
        *(f"work_status_{one}" for one in CASE_STATUSES),
        *(f"work_reason_{one}" for one in PAUSE_REASONS),
        *(f"work_answer_{one}" for one in READY_ANSWERS),
        *(f"work_way_{one}" for one in REPORT_SOURCES),
        *(f"work_done_{one}" for one in (*ACTIONS, "foto", "veto", "buang")),
        *(f"photo_{way}_{kind}" for way in ("alt", "of") for kind in PHOTO_KINDS),
        *(f"photo_wrong_{one}" for one in (*PHOTO_WRONG, "none", "marks")),
        *(f"photo_done_{one}" for one in PHOTO_NEWS),
        *(f"photo_doubt_{one}" for one in get_args(Doubted)),
        *(f"photo_doubt_{one}_{where}" for one in ("twin", "same", "spot") for where in ("here", "gone")),
        *(f"work_wrong_{code}" for code in refused_codes()),
        *(f"{many}{one}" for many in ("work_count", "work_reports") for one in ("", "_one")),
        *(f"{many}{one}" for many in ("said_sensors", "said_residents") for one in ("", "_one")),
        "error_401_program",
        "error_429_wait",
        "error_form_title",
        "yes",
        "no",
        "openid_linked",
        "passwords_off",
        "erase_account",
        "name_missing",
        "old_password_wrong",
        "session_ended",
        "error_form",
        "days",
        "people",
        "people_at_least",
        "silent_danger",
        "silent_since",
        "see_river",
    }


def test_every_text_has_both_languages_and_the_same_places():
    """Nothing is empty, nothing is left untranslated, and a place in braces is in both."""
    same_in_both = {
        "WiFi",
        "cm",
        "NORMAL",
        "{m} m",
        "{km} km",
        "Operator",
        "Administrator",
        "Program",
        "Sasak",
        "Open311",
    }
    same_in_both |= {"WhatsApp", "Telegram", "ntfy", "Open311", "SMS"}
    for key, text in WORDS.items():
        assert text.id.strip(), key
        assert text.en.strip(), key
        assert places(text.id) == places(text.en), key
        assert text.id != text.en or text.id in same_in_both, key


def test_no_text_is_written_twice():
    """Of two families with one key the second would speak for the first."""
    assert len(WORDS) == sum(len(family) for family in FAMILIES)


def test_every_text_a_page_asks_for_exists_and_none_is_left_over():
    """A missing key fails here and not before a reader; a dead key is taken out."""
    sources = [path.read_text() for path in [*TEMPLATES, *HOME.glob("*.py")]]
    asked = {found[0] for source in sources for found in SAID.findall(source) if not found[0].endswith("_")}
    literal = set(re.findall(r"'(nav_[a-z]+)'", (HOME / "templates/dasar.html").read_text()))
    wanted = asked | built() | of_duty() | literal
    assert not wanted - set(WORDS)
    assert sorted(set(WORDS) - wanted) == []


def test_no_template_speaks_for_itself():
    """Outside tags and expressions no template holds a word: only the product's and the standards' names."""
    names = {"Siaga", "Open", "GeoJSON", "OpenAPI", "cm"}
    for path in TEMPLATES:
        if path.suffix != ".html":
            continue
        text = re.sub(r"\{% block body_attributes %\}.*?\{% endblock %\}", " ", path.read_text())
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", " ", text, flags=re.S)
        text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text, flags=re.S)
        words = set(re.findall(r"[^\W\d_]{2,}", re.sub(r"&\w+;", " ", text)))
        assert words <= names, (path.name, words - names)


def test_times_and_numbers_are_said_in_the_readers_way():
    """24 h with dots and the zone; Indonesian separators; another day carries its date."""
    speech = Speech("id", "Asia/Jakarta", "WIB", NOW)
    assert speech.clock(NOW) == "10.00 WIB"
    assert speech.when(NOW - 20 * HOUR_US) == "23 Jan 14.00 WIB"
    assert speech.when(NOW - 400 * DAY_US) == "20 Des 2024 10.00 WIB"
    assert speech.number(1234.5, 1) == "1.234,5"
    assert Speech("en", "Asia/Jakarta", "WIB", NOW).number(1234.5, 1) == "1,234.5"
    assert Speech("en", "Asia/Makassar", "WITA", NOW).clock(NOW) == "11.00 WITA"


def test_ages_are_said_in_one_unit():
    """One unit, rounded down; one of it is singular in English."""
    indonesian, english = (Speech(one, "Asia/Jakarta", "WIB", NOW) for one in ("id", "en"))
    assert indonesian.ago(NOW - 59 * SECOND_US) == "baru saja"
    assert indonesian.ago(NOW - 90 * SECOND_US) == "1 menit lalu"
    assert english.ago(NOW - 61 * MINUTE_US) == "1 hour ago"
    assert english.ago(NOW - 49 * HOUR_US) == "2 days ago"
    assert english.duration(24 * HOUR_US) == "24 hours"
