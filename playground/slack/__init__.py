"""A strict local Slack workspace: the Web API, signed deliveries, sockets, and the people in it."""
