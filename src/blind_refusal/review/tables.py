"""The tables of the label store as the newest migration leaves them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

METADATA = MetaData()


class _Word(TypeDecorator[str]):
    """A member of a closed vocabulary, stored as its plain text; some drivers would store the member's name."""

    impl = String(16)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else str(value)


RATERS = Table(
    "raters",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("role", _Word, nullable=False),
    Column("added", String(40), nullable=False),
    CheckConstraint("role in ('rater', 'lead')", name="raters_role"),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("kind", _Word, nullable=False),
    Column("rater", String(80), ForeignKey("raters.name"), nullable=False),
    Column("made", String(40), nullable=False),
    Column("used_at", String(40)),
    Column("ended_at", String(40)),
    CheckConstraint("kind in ('link', 'cookie')", name="sessions_kind"),
)

ASSIGNMENTS = Table(
    "assignments",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("phase", _Word, nullable=False),
    Column("purpose", _Word, nullable=False),
    Column("draw", Integer, nullable=False),
    Column("item_id", String(200), nullable=False),
    Column("rater", String(80), ForeignKey("raters.name"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("stratum", Text, nullable=False),
    Column("inclusion_probability", Float, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("design", Text, nullable=False),
    Column("drawn", String(40), nullable=False),
    UniqueConstraint("phase", "purpose", "draw", "item_id", "rater", name="assignments_once"),
    CheckConstraint("inclusion_probability > 0 and inclusion_probability <= 1", name="assignments_probability"),
)

LABELS = Table(
    "labels",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(80), nullable=False, unique=True),
    Column("phase", _Word, nullable=False),
    Column("item_id", String(200), nullable=False),
    Column("rater", String(80), ForeignKey("raters.name"), nullable=False),
    Column("kind", _Word, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("restores", Integer),
    Column("answers", Text),
    Column("comment", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("time", String(40), nullable=False),
    UniqueConstraint("phase", "item_id", "rater", "kind", "revision", name="labels_revision"),
    Index("labels_by_rater", "phase", "rater", "kind"),
)
