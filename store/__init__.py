"""KEEP: readings (SQLite, InfluxDB) and city data (SQLAlchemy on SQLite and PostgreSQL)."""
