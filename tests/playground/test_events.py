from starlette.responses import PlainTextResponse


async def test_an_event_comes_in_slacks_wrapper(workspace, bot):
    await workspace.event({"type": "user_change", "user": {"id": "U0ROSA"}})
    [got] = bot.got
    assert got["type"] == "event_callback"
    assert (got["team_id"], got["api_app_id"], got["event"]["user"]["id"]) == ("T0ACME", "A0REDTAG", "U0ROSA")
    assert got["event_id"].startswith("Ev")
    assert got["event_time"] == int(workspace.clock())
    [authorization] = got["authorizations"]
    assert (authorization["team_id"], authorization["user_id"], authorization["is_bot"]) == ("T0ACME", "U0BOT", True)
    assert bot.headers[0]["content-type"] == "application/json"
    assert "x-slack-retry-num" not in bot.headers[0]


async def test_an_event_that_fails_comes_three_more_times(workspace, bot):
    workspace.event_retries = (0, 0, 0)
    bot.answer = PlainTextResponse("no", 500)
    await workspace.event({"type": "team_join"})
    await workspace.wait_for(lambda: len(workspace.deliveries) == 4)
    assert [one.get("x-slack-retry-num") for one in bot.headers] == [None, "1", "2", "3"]
    assert len({got["event_id"] for got in bot.got}) == 1


async def test_the_repetition_stops_once_the_app_answers(workspace, bot):
    workspace.event_retries = (0, 0, 0)
    bot.answer = lambda _: PlainTextResponse("no", 500) if len(bot.got) < 2 else None
    await workspace.event({"type": "team_join"})
    await workspace.wait_for(lambda: not workspace.repeating)
    assert [one.failure for one in workspace.deliveries] == ["http_service_error", ""]


async def test_commands_and_clicks_are_never_repeated(workspace, bot):
    workspace.event_retries = (0,)
    bot.answer = PlainTextResponse("no", 500)
    await workspace.command("U0CARL", "C0ORDERS", "/hold")
    await workspace.shortcut("U0CARL", "hold.open")
    assert len(bot.got) == 2


async def test_ids_differ_from_event_to_event(workspace, bot):
    await workspace.event({"type": "team_join"})
    await workspace.event({"type": "team_join"})
    assert bot.got[0]["event_id"] != bot.got[1]["event_id"]
