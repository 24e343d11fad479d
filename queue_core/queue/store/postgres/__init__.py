"""The queue on a PostgreSQL server, for a team that shares one list; needs the extra `team`."""
