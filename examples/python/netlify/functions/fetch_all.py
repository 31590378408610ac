"""An async handler: three waits at the same time."""

import asyncio
import json
import logging

logger = logging.getLogger(__name__)


async def part(number):
    await asyncio.sleep(0.05)
    logger.warning("part %d is there", number)
    return number * number


async def handler(event, context):
    squares = await asyncio.gather(*(part(n) for n in range(3)))
    return {"statusCode": 200, "body": json.dumps(squares) + "\n"}
