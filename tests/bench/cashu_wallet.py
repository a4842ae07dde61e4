"""A wallet of Cashu's own (nutshell), for the benchmark: does so many of one thing at a mint when it is told to.

python cashu_wallet.py URL FOLDER; then a line of JSON a task, {"what": "load" | "transfer" | "unload", "count": N},
answered by a line {"ms": for all of them}. A load is a quote with its minting, an unload a quote with its melting, a
transfer a swap; each of one coin, which is the least that it can be. First comes {"ready": true}.
"""

import asyncio
import json
import os
import sys
import time

from bolt11 import Bolt11, Feature, Features, FeatureState, MilliSatoshi, TagChar, Tags, encode
from cashu.wallet.wallet import Wallet
from loguru import logger

AMOUNT = 8
# So long a mint may take to hear that an invoice is paid, in seconds.
PATIENCE = 1.5


def invoice():
    """An invoice of somebody that no mint knows."""
    tags = Tags()
    tags.add(TagChar.features, Features.from_feature_list({Feature.payment_secret: FeatureState.supported}))
    tags.add(TagChar.payment_hash, os.urandom(32).hex())
    tags.add(TagChar.payment_secret, os.urandom(32).hex())
    tags.add(TagChar.description, "somebody else's")
    tags.add(TagChar.expire_time, 3600)
    made = Bolt11(currency="bc", amount_msat=MilliSatoshi(AMOUNT * 1000), date=int(time.time()), tags=tags)
    return encode(made, os.urandom(32).hex())


async def load(wallet, coins, count):
    began = time.monotonic()
    quotes = [await wallet.request_mint(AMOUNT) for _ in range(count)]
    took = time.monotonic() - began
    await asyncio.sleep(PATIENCE)
    began = time.monotonic()
    for quote in quotes:
        coins.append(await wallet.mint(AMOUNT, quote.quote, split=[AMOUNT]))
    return took + time.monotonic() - began


async def transfer(wallet, coins, count):
    began = time.monotonic()
    for place in range(count):
        kept, sent = await wallet.split(coins[place], AMOUNT)
        coins[place] = sent + kept
    return time.monotonic() - began


async def unload(wallet, coins, count):
    invoices = [invoice() for _ in range(count)]
    began = time.monotonic()
    for wanted in invoices:
        quote = await wallet.melt_quote(wanted)
        await wallet.melt(coins.pop(0), wanted, 0, quote.quote)
    return time.monotonic() - began


async def main(url, folder):
    logger.remove()
    wallet = await Wallet.with_db(url, folder, "wallet")
    await wallet.load_mint()
    coins = []
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        work = {"load": load, "transfer": transfer, "unload": unload}[task["what"]]
        took = await work(wallet, coins, task["count"])
        print(json.dumps({"ms": took * 1000}), flush=True)


asyncio.run(main(*sys.argv[1:3]))
