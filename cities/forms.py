"""The files of a city folder as strict forms: an unknown or missing key is a finding with its line."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict

from contract.city import RADIUS_M, Datatype
from contract.kinds import MeasuredKind

Words = Annotated[str, Field(min_length=1)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Number = Annotated[float, Strict()]
"""of a TOML file, which tells "80" from 80"""
Centimetres = Annotated[Number, Field(ge=-1_000_000, le=1_000_000)]
Hours = Annotated[Number, Field(description="hours of wall time")]


class Form(BaseModel):
    """What all forms share. Not strict: a whole number is a fine latitude, and CSV holds only text."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)


class TextForm(Form):
    id: Words
    en: Words


class CityForm(Form):
    code: Words
    name: Words
    zone: Words
    zone_word: Words
    region: Words
    lat: Latitude
    lon: Longitude
    emergency_phone: Words = "112"
    upstream: tuple[Words, ...] = ()
    promoted_by: tuple[Words, ...] = ()
    silence_at_most_h: Annotated[Number, Field(gt=0, le=4)] = 4
    acknowledge_at_most_h: Annotated[Number, Field(gt=0, le=24)] = 24


class SensorForm(Form):
    kind: MeasuredKind
    period_s: Annotated[Number, Field(gt=0, le=86_400)]


class WarningsForm(Form):
    """How the city warns: who signs, and how long what waits."""

    agency: Words
    order_after_s: Annotated[Number, Field(ge=60, le=7_200)] | Literal["off"] = 600.0
    witnesses: Annotated[int, Strict(), Field(ge=1, le=5)] = 1
    sirens: Literal["manual", "automatic"] = "manual"
    relay_after_s: Annotated[Number, Field(ge=60, le=7_200)] = 300.0
    ladder_step_s: Annotated[Number, Field(ge=30, le=3_600)] = 120.0
    weather_witness: Annotated[bool, Strict()] = True


class DaysOffForm(Form):
    """What the country's calendar does not know of this city: local dates."""

    off: dict[date, Words] = {}
    working: tuple[date, ...] = ()


class ComplaintsForm(Form):
    inspectorate: str = ""
    desk: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,48}$")] = ""


class LinkForm(Form):
    """What the city has elsewhere."""

    name: TextForm
    url: Annotated[str, Field(pattern=r"^https://[^\s\"<>]{3,300}$")]


class CityFile(Form):
    """city.toml. `sensors` are presets: preset -> sensor -> what it is."""

    city: CityForm
    sensors: dict[str, dict[str, SensorForm]]
    warnings: WarningsForm | None = None
    days_off: DaysOffForm = DaysOffForm()
    complaints: ComplaintsForm = ComplaintsForm()
    link: Annotated[tuple[LinkForm, ...], Field(max_length=20)] = ()


class AgencyForm(Form):
    code: Words
    name: TextForm
    phone: str = ""


class AgenciesFile(Form):
    """agencies.toml"""

    agency: Annotated[tuple[AgencyForm, ...], Field(min_length=1)]


LongHours = Annotated[Hours, Field(le=8_784)]
Days = Annotated[int, Strict(), Field(ge=1, le=366)]


class SlaForm(Form):
    """Each term in hours of wall time or in working days, never in both; none: nothing is promised."""

    verify_h: LongHours | None = None
    verify_working_days: Days | None = None
    respond_h: LongHours | None = None
    respond_working_days: Days | None = None
    finish_h: LongHours | None = None
    finish_working_days: Days | None = None


class ChoiceForm(Form):
    key: Words
    name: TextForm


class AttributeForm(Form):
    code: Words
    datatype: Datatype
    description: TextForm
    required: Annotated[bool, Strict()] = False
    values: tuple[ChoiceForm, ...] = ()


class CategoryForm(Form):
    code: Words
    name: TextForm
    description: TextForm
    agency: Words
    group: Words
    sla: Words
    keywords: tuple[Words, ...] = ()
    radius_m: Annotated[Number, Field(gt=0, le=5_000)] = RADIUS_M
    emergency: Annotated[bool, Strict()] = False
    attribute: tuple[AttributeForm, ...] = ()


class CategoriesFile(Form):
    """categories.toml"""

    sla: dict[str, SlaForm]
    category: Annotated[tuple[CategoryForm, ...], Field(min_length=1)]


class RouteForm(Form):
    category: Words
    region: Words
    agency: Words


class RoutesFile(Form):
    """routes.toml"""

    route: tuple[RouteForm, ...] = ()


class AnswerForm(Form):
    code: Words
    text: TextForm
    categories: tuple[Words, ...] = ()


class AnswersFile(Form):
    """answers.toml"""

    answer: tuple[AnswerForm, ...] = ()


class ThresholdForm(Form):
    raise_cm: Centimetres
    clear_cm: Centimetres
    local_name: Words


class ScaleForm(Form):
    gauge: Words
    also: tuple[Words, ...] = ()
    datum: Words
    direction: Literal["rising", "falling"] = "rising"
    normal_name: Words = "Normal"
    jump_cm: Annotated[Centimetres, Field(gt=0)] | None = None
    least_cm: Centimetres | None = None
    most_cm: Centimetres | None = None
    waspada: ThresholdForm | None = None
    siaga: ThresholdForm | None = None
    awas: ThresholdForm | None = None


class ScaleFile(Form):
    """scale.toml"""

    scale: tuple[ScaleForm, ...] = ()


class ReachForm(Form):
    """A reach of rivers.toml. `from` is a word of Python's own, hence the other names inside."""

    upstream: Annotated[Words, Field(alias="from")]
    downstream: Annotated[Words, Field(alias="to")]
    earliest_h: Annotated[Hours, Field(gt=0)]
    latest_h: Annotated[Hours, Field(gt=0)]


class RiversFile(Form):
    """rivers.toml"""

    reach: tuple[ReachForm, ...] = ()


class RegionRow(Form):
    """regions.csv. Where places may be is judged by the city, so that swapped numbers are called swapped."""

    code: Words
    name: Words
    level: Literal["kecamatan", "kelurahan"]
    parent: Words
    lat: float
    lon: float


class SiteRow(Form):
    """sites.csv. `river_km` counts from the source."""

    code: Words
    name: Words
    lat: float
    lon: float
    region: Words
    river: str = ""
    river_km: Annotated[float, Field(ge=0)] = 0.0
    uplink: str = ""
    camera_url: str = ""
    cctv_url: str = ""
    power: str = ""


class NodeRow(Form):
    """nodes.csv. `sensors` names a preset of city.toml."""

    node: Words
    kind: Literal["wifi", "camera", "gauge"]
    name: Words
    site: Words
    audience: Literal["shadow", "staff", "public"] = "public"
    link: Literal["lan", "wifi", "gprs", "lte", "lora", ""] = ""
    sensors: Words
