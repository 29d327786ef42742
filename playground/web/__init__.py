"""The playground's page and its small HTTP API."""
