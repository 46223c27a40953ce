"""The database itself refuses to change or delete a label."""

from alembic import op

revision = "2"
down_revision = "1"
branch_labels = None
depends_on = None

_REFUSAL = "labels are only ever added"


def upgrade() -> None:
    """Add triggers on the table of labels."""
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("update", "delete"):
            op.execute(
                f"create trigger labels_no_{deed} before {deed} on labels begin select raise(abort, '{_REFUSAL}'); end"
            )
        return
    op.execute(
        "create function refuse_change_of_labels() returns trigger language plpgsql as "
        f"$$ begin raise exception '{_REFUSAL}'; end $$"
    )
    op.execute(
        "create trigger labels_no_change before update or delete or truncate on labels "
        "for each statement execute function refuse_change_of_labels()"
    )
