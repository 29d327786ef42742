"""What people do to bring orders in through Slack, and what they then see."""

import asyncio

from tests.office import seen

MONA = "U0MONA"
HEADER = "order_number,customer,currency,order_total,line,sku,description,quantity,unit_price,status"
NEW = (
    "ORD-900,Nordwind,USD,35.00,1,ABC-1,Widget,2,17.50,open",
    "ORD-901,Brightwater,USD,17.50,1,ABC-1,Widget,1,17.50,open",
)


def file_of(*rows, header=HEADER):
    return "\n".join([header, *rows, ""]).encode()


async def open_form(office, user=MONA, text="/desk import"):
    answer = await office.command(user, text)
    views = office.workspace.views(user)
    return views[-1] if views else answer


async def begin(office, content, name="orders.csv", user=MONA, mapping=None):
    """Choose a file in the form and send it, past what Slack's own client would refuse."""
    view = await open_form(office, user)
    file = office.workspace.add_file(user, name, content)
    chosen = {"file": [file.id], **({"mapping": mapping} if mapping else {})}
    answer = await office.workspace.submit(user, view.id, **chosen)
    assert answer.error is None, answer.error
    return file


def direct(office, user=MONA):
    return [each for each in office.workspace.messages(user) if each.user == office.workspace.seed.bot_user]


async def said(office, words, user=MONA, seconds=10):
    """The newest message to this person that says it, once it is there."""
    async with asyncio.timeout(seconds):
        while not (found := [each for each in direct(office, user) if words in seen(each)]):
            office.parts.delivery.wake()
            await asyncio.sleep(0.02)
    await office.settled()
    return found[-1]


async def preview(office, user=MONA):
    return await said(office, "Preview of", user)


async def press(office, message, action, user=MONA):
    return await office.workspace.click(user, message, action)


def job(office):
    return office.rows("select * from import_jobs order by id desc limit 1")[0]


async def until_job(office, condition, seconds=10):
    async with asyncio.timeout(seconds):
        while not condition(row := job(office)):
            await asyncio.sleep(0.02)
    return row
