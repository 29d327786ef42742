"""Several people type at once while the process does not know the desk's policy yet, or knows an older one."""

import asyncio

from tests.office import CSR, DESK


async def typed(office, numbers):
    return await asyncio.gather(*(office.command(CSR, f"/hold {number} credit wire") for number in numbers))


def asked_for(office):
    return {row["order_number"] for row in office.rows("select order_number from requests")}


def orders(office):
    return [office.add_order(f"ORD-00{number}") for number in range(300, 308)]


async def test_the_first_commands_of_a_process_all_find_their_orders(office):
    office.rows("insert into members values (%s, %s, 'Carla', '', '', 'active', now())", DESK, CSR)
    numbers = orders(office)
    await typed(office, numbers)
    assert asked_for(office) == set(numbers)


async def test_the_first_commands_under_a_new_policy_all_read_order_numbers_as_it_says(office):
    await office.command(CSR, "/hold ORD-123 credit wire")
    await office.apply(order_number=office.policy.desk.order_number.model_copy(update={"pad": 5}))
    numbers = orders(office)
    await typed(office, [number.removeprefix("ORD-00") for number in numbers])
    assert asked_for(office) == {"ORD-123", *numbers}
