"""Runs the steps within the transaction of the connection that `configuration` was given."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
