"""The tables: raters, sessions, assignments, labels."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "raters",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("added", sa.String(40), nullable=False),
        sa.CheckConstraint("role in ('rater', 'lead')", name="raters_role"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("rater", sa.String(80), sa.ForeignKey("raters.name"), nullable=False),
        sa.Column("made", sa.String(40), nullable=False),
        sa.Column("used_at", sa.String(40)),
        sa.Column("ended_at", sa.String(40)),
        sa.CheckConstraint("kind in ('link', 'cookie')", name="sessions_kind"),
    )
    op.create_table(
        "assignments",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("draw", sa.Integer, nullable=False),
        sa.Column("item_id", sa.String(200), nullable=False),
        sa.Column("rater", sa.String(80), sa.ForeignKey("raters.name"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("stratum", sa.Text, nullable=False),
        sa.Column("inclusion_probability", sa.Float, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("design", sa.Text, nullable=False),
        sa.Column("drawn", sa.String(40), nullable=False),
        sa.UniqueConstraint("phase", "purpose", "draw", "item_id", "rater", name="assignments_once"),
        sa.CheckConstraint("inclusion_probability > 0 and inclusion_probability <= 1", name="assignments_probability"),
    )
    op.create_table(
        "labels",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(80), nullable=False, unique=True),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("item_id", sa.String(200), nullable=False),
        sa.Column("rater", sa.String(80), sa.ForeignKey("raters.name"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("restores", sa.Integer),
        sa.Column("answers", sa.Text),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("time", sa.String(40), nullable=False),
        sa.UniqueConstraint("phase", "item_id", "rater", "kind", "revision", name="labels_revision"),
    )
    op.create_index("labels_by_rater", "labels", ["phase", "rater", "kind"])
