import asyncio


async def fail(text):
    raise ValueError(text)


async def handler(event, context):
    async with asyncio.TaskGroup() as group:
        group.create_task(fail("one"))
        group.create_task(fail("two"))
