"""The tables, as SQLAlchemy metadata: what the migrations must add up to.

`desk_id` (the Slack team id) stands first in every primary key, foreign key and index, so that a table can later be
partitioned or distributed by tenant. Money is bigint minor units; states are text with a CHECK, because enum operators
cannot use an index behind a row-level policy.
"""

from store.tables import orders, outgoing, people, requests, systems, trail  # each adds its tables to the metadata
from store.tables.base import WITHOUT_POLICY, metadata

__all__ = ["WITHOUT_POLICY", "metadata", "orders", "outgoing", "people", "requests", "systems", "trail"]
